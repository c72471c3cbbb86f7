//! What the listing of the public interface must see.
#![allow(clippy::unwrap_used)]

use super::*;

const SOURCE: &str = r#"
    mod runtime {
        use std::fmt;
        use super::inner::{Hidden, Wick as W};
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct Lamp { pub wick: Option<W>, pub height: u32, own: Hidden }
        impl Lamp {
            pub fn light(&mut self, mut with: &W) -> fmt::Result { Ok(()) }
            pub fn burn<T: Into<W>>(self, wick: T) -> W { wick.into() }
            pub const MOST: usize = 3;
            fn private(&self) {}
            pub(crate) fn of_the_crate(&self) {}
            #[cfg(feature = "oil")]
            pub fn fill(&self) {}
            #[cfg(any())]
            pub fn never(&self) {}
        }
        impl fmt::Display for Lamp { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { Ok(()) } }
        impl IntoIterator for Lamp { type Item = W; type IntoIter = std::vec::IntoIter<W>; fn into_iter(self) -> Self::IntoIter { todo!() } }
        impl super::inner::Sealed for Lamp {}
        impl From<Lamp> for String { fn from(lamp: Lamp) -> String { todo!() } }
        impl Hidden { pub fn nobody_can_call(&self) {} }
        pub fn unreachable() {}
    }
    mod inner {
        pub enum Wick { Flat(u8), #[cfg(feature = "oil")] Round { width: f64 } }
        pub struct Hidden;
        pub trait Sealed {}
        macro_rules! heights { ($($number:ty),*) => {$( impl From<$number> for Wick { fn from(number: $number) -> Self { todo!() } } )*}; }
        heights!(u16, u32);
    }
    pub use self::runtime::Lamp;
    #[cfg(feature = "wicks")]
    pub use self::inner::Wick;
    pub mod shop {
        pub use super::runtime::Lamp as Light;
        pub trait Seller: Send { type Price; fn sell(&self, lamp: super::Lamp) -> Self::Price; fn closes(&self) {} }
        pub async fn open(at: std::time::Duration) {}
    }
"#;

fn lines(source: &str) -> String {
    list(&Crate::of_text(source).unwrap()).into_iter().map(|line| line.text + "\n").collect()
}

/// What the listing says when some of the source is replaced.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(SOURCE.contains(from), "{from}");
    differences(&lines(SOURCE), &lines(&SOURCE.replacen(from, to, 1)))
}

#[test]
fn every_public_item_is_listed_once_under_the_path_of_its_users() {
    let expected = "\
const Lamp::MOST: usize
enum Wick [wicks]
enum Wick::Flat(u8) [wicks]
enum Wick::Round { width: f64 } [oil, wicks]
field Lamp.height: u32
field Lamp.wick: Option<Wick>
fn Lamp::burn<T: Into<Wick>>(self, wick: T) -> Wick
fn Lamp::fill(&self) [oil]
fn Lamp::light(&mut self, with: &Wick) -> std::fmt::Result
fn shop::Seller::closes(&self) { .. }
fn shop::Seller::sell(&self, lamp: Lamp) -> Self::Price
async fn shop::open(at: std::time::Duration)
impl Clone for Lamp
impl Debug for Lamp
impl Display for Lamp
impl From<Lamp> for String
impl From<u16> for Wick [wicks]
impl From<u32> for Wick [wicks]
impl IntoIterator for Lamp { Item = Wick, IntoIter = std::vec::IntoIter<Wick> }
impl PartialEq for Lamp
struct Lamp { .. } #[non_exhaustive]
trait shop::Seller: Send
type shop::Seller::Price
use shop::Light = Lamp
";
    let mut expected: Vec<&str> = expected.lines().collect();
    expected.sort_unstable();
    let listed = lines(SOURCE);
    assert_eq!(listed.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_method_that_goes_is_seen() {
    assert_eq!(changed("pub const MOST: usize = 3;", ""), ["- const Lamp::MOST: usize"]);
    let line = "fn Lamp::burn<T: Into<Wick>>(self, wick: T) -> Wick";
    assert_eq!(changed("pub fn burn", "fn burn"), [format!("- {line}")]);
    assert_eq!(changed("pub fn burn", "#[cfg(test)] pub fn burn"), [format!("- {line}")]);
}

#[test]
fn a_signature_that_changes_is_seen() {
    let differences = changed("with: &W)", "with: W)");
    assert_eq!(
        differences,
        [
            "- fn Lamp::light(&mut self, with: &Wick) -> std::fmt::Result",
            "+ fn Lamp::light(&mut self, with: Wick) -> std::fmt::Result"
        ]
    );
    assert_eq!(
        changed("fn closes(&self) {}", "fn closes(&self);"),
        ["- fn shop::Seller::closes(&self) { .. }", "+ fn shop::Seller::closes(&self)"]
    );
    assert_eq!(changed("pub height: u32", "pub height: u64").len(), 2);
    assert_eq!(changed("#[non_exhaustive]", "").len(), 2);
}

#[test]
fn a_spelling_that_means_the_same_is_no_difference() {
    assert!(changed("-> fmt::Result { Ok(()) }", "-> std::fmt::Result { Err(fmt::Error) }").is_empty());
    assert!(changed("impl fmt::Display for Lamp", "impl std::fmt::Display for super::Lamp").is_empty());
    assert!(changed("wick: T) -> W", "mut wick: T) -> super::inner::Wick").is_empty());
}

#[test]
fn a_trait_that_is_no_longer_implemented_is_seen() {
    assert_eq!(changed("#[derive(Clone, Debug, PartialEq)]", "#[derive(Debug, PartialEq)]"), ["- impl Clone for Lamp"]);
    assert_eq!(changed("heights!(u16, u32)", "heights!(u16)"), ["- impl From<u32> for Wick [wicks]"]);
    assert_eq!(changed("type Item = W;", "type Item = u8;").len(), 2);
    assert!(changed("impl super::inner::Sealed for Lamp {}", "").is_empty(), "a trait that nobody can name");
}

#[test]
fn an_item_that_moves_behind_a_feature_is_seen() {
    assert_eq!(
        changed(
            "#[derive(Clone, Debug, PartialEq)]",
            "#[derive(Debug, PartialEq)] #[cfg_attr(feature = \"x\", derive(Clone))]"
        ),
        ["- impl Clone for Lamp", "+ impl Clone for Lamp [x]"]
    );
    assert_eq!(
        changed("#[cfg(feature = \"oil\")]\n            pub fn fill", "pub fn fill"),
        ["- fn Lamp::fill(&self) [oil]", "+ fn Lamp::fill(&self)"]
    );
    assert!(
        changed("pub mod shop {", "#[cfg(feature = \"shop\")] pub mod shop {")
            .iter()
            .all(|line| line.starts_with('-') || line.ends_with("[shop]"))
    );
}
