//! `ValidationError` and `Checker`: request validation before sending.

use std::fmt;
use std::net::IpAddr;

use crate::runtime::timestamp::Moment;
use crate::runtime::url;

/// What the API would reject in a request.
///
/// A call with such a request fails before anything is sent. The API may be ahead of the document that the rules come from:
/// [`Call::with_validation(false)`](crate::Call::with_validation) sends it regardless.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidationError {
    field: String,
    problem: String,
    /// Rejected even if validation is off, as it would be a different request.
    fatal: bool,
    /// Further findings.
    more: Vec<ValidationError>,
}

impl ValidationError {
    /// `field` is the path of the field in the JSON that would be sent: `messages[3].content`.
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into(), fatal: false, more: Vec::new() }
    }

    /// Both findings; this one comes first.
    pub(crate) fn and(mut self, mut other: Self) -> Self {
        let more = std::mem::take(&mut other.more);
        self.more.push(other);
        self.more.extend(more);
        self
    }

    /// Combines findings, the first ones of many.
    pub(crate) fn all(findings: impl IntoIterator<Item = Self>) -> Result<(), Self> {
        findings.into_iter().take(MOST_FINDINGS).reduce(Self::and).map_or(Ok(()), Err)
    }

    /// Rejected even if validation is off.
    pub(crate) fn into_fatal(self) -> Self {
        Self { fatal: true, ..self }
    }

    /// The invalid fields, the first ones of many.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let more = self.more.iter().map(|finding| (finding.field(), finding.problem()));
        std::iter::once((self.field(), self.problem())).chain(more)
    }

    /// The findings that are rejected even if validation is off: an empty or dotted path segment calls another endpoint.
    pub(crate) fn fatal_part(self) -> Option<Self> {
        let Self { more, .. } = &self;
        let all = std::iter::once(&self).chain(more).filter(|finding| finding.fatal);
        all.map(|finding| Self { more: Vec::new(), ..finding.clone() }).reduce(Self::and)
    }

    /// The path of the first invalid field in the JSON that would be sent, such as `consumptionLimit.usd` or `messages[3].content`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The problem, and what would be valid.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.problem)?;
        self.more.iter().try_for_each(|finding| write!(f, "; {finding}"))
    }
}

impl std::error::Error for ValidationError {}

/// A type whose values have limits.
pub(crate) trait Check {
    /// Reports every value out of its limits.
    fn check(&self, checker: &mut Checker);
}

/// A recursive type is boxed.
impl<T: Check> Check for Box<T> {
    fn check(&self, checker: &mut Checker) {
        T::check(self, checker);
    }
}

/// Checks a value.
pub(crate) fn run(value: &impl Check) -> Result<(), ValidationError> {
    run_with(|checker| value.check(checker))
}

/// Checks the arguments of a call.
pub(crate) fn run_with(check: impl FnOnce(&mut Checker)) -> Result<(), ValidationError> {
    let mut checker = Checker::default();
    check(&mut checker);
    ValidationError::all(checker.found)
}

/// The error of a value that a string enum does not have.
pub(crate) fn unknown_value(name: &str, value: &str, known: &[&str]) -> ValidationError {
    ValidationError::new(name, format!("has no value {value:?}; known are {}", known.join(", ")))
}

/// The most findings of a request.
const MOST_FINDINGS: usize = 16;

/// Collects findings. The path of a finding is built on the way back from it, so that it costs nothing without findings.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    found: Vec<ValidationError>,
}

impl Checker {
    /// Reports a field. Its first finding counts.
    #[cold]
    fn report(&mut self, field: &str, problem: String) {
        let again = self.found.last().is_some_and(|last| last.field == field);
        if !again && self.found.len() < MOST_FINDINGS {
            self.found.push(ValidationError::new(field, problem));
        }
    }

    fn below(&mut self, step: fmt::Arguments<'_>, check: impl FnOnce(&mut Self)) {
        let before = self.found.len();
        if before >= MOST_FINDINGS {
            return;
        }
        check(self);
        if self.found.len() > before {
            self.put_below(step, before);
        }
    }

    /// Prepends a step to the paths of the findings since there were `before`.
    #[cold]
    #[inline(never)]
    fn put_below(&mut self, step: fmt::Arguments<'_>, before: usize) {
        let step = step.to_string();
        for ValidationError { field, .. } in self.found.iter_mut().skip(before) {
            let dot = if step.is_empty() || field.is_empty() || field.starts_with('[') { "" } else { "." };
            field.insert_str(0, dot);
            field.insert_str(0, &step);
        }
    }

    /// Checks a field that is an object.
    pub(crate) fn nested<T: Check>(&mut self, field: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.below(format_args!("{field}"), |checker| value.check(checker));
        }
    }

    /// Checks every object of a field that is a list.
    pub(crate) fn each<T: Check>(&mut self, field: &str, list: Option<&Vec<T>>) {
        if let Some(list) = list {
            self.below(format_args!("{field}"), |checker| checker.each_here(list));
        }
    }

    /// Checks every object of a list.
    pub(crate) fn each_here<T: Check>(&mut self, list: &[T]) {
        for (index, item) in list.iter().enumerate() {
            self.below(format_args!("[{index}]"), |checker| item.check(checker));
        }
    }

    /// Checks every value of a field that is a list.
    pub(crate) fn items<T>(&mut self, field: &str, list: Option<&Vec<T>>, check: impl Fn(&mut Self, &T)) {
        for (index, item) in list.into_iter().flatten().enumerate() {
            self.below(format_args!("{field}[{index}]"), |checker| check(checker, item));
        }
    }

    /// Checks the values of a map, below its field and their keys.
    pub(crate) fn values<'m, K: AsRef<str> + 'm, T: 'm>(
        &mut self,
        field: &str,
        map: Option<impl IntoIterator<Item = (&'m K, &'m T)>>,
        check: impl Fn(&mut Self, &T),
    ) {
        for (key, item) in map.into_iter().flatten() {
            self.below(format_args!("{field}.{}", key.as_ref()), |checker| check(checker, item));
        }
    }

    fn within(&mut self, field: &str, count: usize, low: usize, high: usize, things: &str) {
        if count < low {
            self.report(field, format!("has {count} {things}, at least {low} are needed"));
        } else if count > high {
            self.report(field, format!("has {count} {things}, at most {high} are allowed"));
        }
    }

    /// Checks the number of entries of a map.
    pub(crate) fn entries(&mut self, field: &str, count: Option<usize>, low: usize, high: usize) {
        if let Some(count) = count {
            self.within(field, count, low, high, "entries");
        }
    }

    /// Checks that a JSON value is of one of these kinds.
    pub(crate) fn kinds(&mut self, field: &str, value: Option<&serde_json::Value>, kinds: &[&str]) {
        let kind = value.map(|value| match value {
            serde_json::Value::Null => "null",
            serde_json::Value::Bool(_) => "boolean",
            serde_json::Value::Number(_) => "number",
            serde_json::Value::String(_) => "string",
            serde_json::Value::Array(_) => "array",
            serde_json::Value::Object(_) => "object",
        });
        if let Some(kind) = kind.filter(|kind| !kinds.contains(kind)) {
            self.report(field, format!("is of the kind {kind}, accepted are {}", kinds.join(", ")));
        }
    }

    /// Reports a field that is set together with one that it excludes.
    pub(crate) fn excludes(&mut self, field: &str, is_set: bool, others: &[(&str, bool)]) {
        if let Some((other, _)) = others.iter().find(|(_, other_is_set)| is_set && *other_is_set) {
            self.report(field, format!("cannot be combined with `{other}`"));
        }
    }

    /// Reports a date or time that is before another one. Other checks report invalid ones.
    pub(crate) fn not_before(
        &mut self,
        field: &str,
        text: Option<&impl AsRef<str>>,
        other: &str,
        earlier: Option<&impl AsRef<str>>,
    ) {
        let (Some(text), Some(earlier)) = (text.map(AsRef::as_ref), earlier.map(AsRef::as_ref)) else { return };
        if let (Some(last), Some(first)) = (Moment::parse(text), Moment::parse(earlier))
            && last < first
        {
            self.report(field, format!("is {text:?}, which is before `{other}`"));
        }
    }

    /// Checks the number of characters of a text.
    pub(crate) fn length(&mut self, field: &str, text: Option<&(impl AsRef<str> + ?Sized)>, low: usize, high: usize) {
        let Some(text) = text.map(AsRef::as_ref) else { return };
        let count = text.chars().count();
        if count == 0 && low > 0 {
            return self.report(field, "is empty".to_owned());
        }
        self.within(field, count, low, high, "characters");
    }

    /// Checks that a text is not blank.
    pub(crate) fn not_blank(&mut self, field: &str, text: Option<&(impl AsRef<str> + ?Sized)>) {
        if text.is_some_and(|text| text.as_ref().trim().is_empty()) {
            self.report(field, "is empty".to_owned());
        }
    }

    /// Checks a web URL.
    pub(crate) fn web_url(&mut self, field: &str, text: Option<&(impl AsRef<str> + ?Sized)>) {
        let Some(text) = text.map(AsRef::as_ref) else { return };
        if url::web_address(text).is_none() {
            self.report(field, "is not an http or https URL such as `https://example.org/page`".to_owned());
        }
    }

    /// Checks a public IP address, IPv4 or IPv6, or a subnet.
    pub(crate) fn public_address(&mut self, field: &str, text: Option<&(impl AsRef<str> + ?Sized)>) {
        let text = text.map(AsRef::as_ref).filter(|text| !text.trim().is_empty());
        if let Some(problem) = text.and_then(address_problem) {
            self.report(field, problem.to_owned());
        }
    }

    /// Checks a field that is required with another one.
    pub(crate) fn required_when(&mut self, field: &str, is_set: bool, other: &str, other_is_set: bool) {
        if other_is_set && !is_set {
            self.report(field, format!("is required with `{other}`"));
        }
    }

    /// Checks that a secret is not blank.
    pub(crate) fn secret(&mut self, field: &str, secret: Option<&crate::runtime::secret::Secret>) {
        self.not_blank(field, secret.map(crate::runtime::secret::Secret::expose));
    }

    /// Checks a value that becomes one path segment. Percent-encoded, any text is one except for those rejected here: they would call
    /// another endpoint, so they are rejected even if validation is off.
    pub(crate) fn segment(&mut self, field: &str, text: &str) {
        let problem = if text.trim().is_empty() {
            "is empty".to_owned()
        } else if text == "." || text == ".." {
            format!("is {text:?}, which is a relative path in a URL")
        } else {
            return;
        };
        self.found.push(ValidationError { fatal: true, ..ValidationError::new(field, problem) });
    }

    /// Checks the size of a list.
    pub(crate) fn count<T>(&mut self, field: &str, list: Option<&Vec<T>>, low: usize, high: usize) {
        if let Some(list) = list {
            self.within(field, list.len(), low, high, "items");
        }
    }

    /// Checks the bounds of a number; each bound says whether it is inclusive.
    #[inline]
    pub(crate) fn range(
        &mut self,
        field: &str,
        number: Option<f64>,
        low: Option<(f64, bool)>,
        high: Option<(f64, bool)>,
    ) {
        // Most numbers are not set, and most others are valid.
        let Some(number) = number else { return };
        let above_low = low.is_none_or(|(low, inside)| number > low || (inside && number == low));
        let below_high = high.is_none_or(|(high, inside)| number < high || (inside && number == high));
        if !(number.is_finite() && above_low && below_high) {
            self.out_of_range(field, number, (low, above_low), (high, below_high));
        }
    }

    /// Reports a number out of bounds.
    #[cold]
    #[inline(never)]
    fn out_of_range(
        &mut self,
        field: &str,
        number: f64,
        low: (Option<(f64, bool)>, bool),
        high: (Option<(f64, bool)>, bool),
    ) {
        if !number.is_finite() {
            // JSON has no such number; it would be sent as null.
            return self.report(field, format!("is {number}, which is not a number in JSON"));
        }
        if let (Some((low, inside)), false) = low {
            self.report(field, format!("is {number}, and must be {} {low}", if inside { "at least" } else { "above" }));
        }
        if let (Some((high, inside)), false) = high {
            self.report(field, format!("is {number}, and must be {} {high}", if inside { "at most" } else { "below" }));
        }
    }

    /// Checks that a text matches a pattern.
    pub(crate) fn pattern(&mut self, field: &str, text: Option<&(impl AsRef<str> + ?Sized)>, pattern: &str) {
        self.one_of(field, text, &[], &[pattern]);
    }

    /// Checks that a text is one of some values, or matches one of some patterns.
    pub(crate) fn one_of(
        &mut self,
        field: &str,
        text: Option<&(impl AsRef<str> + ?Sized)>,
        values: &[&str],
        patterns: &[&str],
    ) {
        let Some(text) = text.map(AsRef::as_ref) else { return };
        // The patterns are validated when the code is generated.
        let matches = |pattern: &&str| regex_lite::Regex::new(pattern).map_or(true, |pattern| pattern.is_match(text));
        if values.contains(&text) || patterns.iter().any(matches) {
            return;
        }
        let allowed: Vec<String> = values
            .iter()
            .map(|value| format!("{value:?}"))
            .chain(patterns.iter().map(|pattern| format!("`{pattern}`")))
            .collect();
        self.report(
            field,
            match (values, patterns) {
                ([], [pattern]) => format!("is {text:?}, which does not match `{pattern}`"),
                _ => format!("is {text:?}, which is not one of {}", allowed.join(", ")),
            },
        );
    }

    /// Checks that this version of the crate knows the value of an open enum.
    pub(crate) fn known<T>(&mut self, field: &str, value: Option<&T>, text: impl Fn(&T) -> &str, known: &[&str]) {
        self.one_of(field, value.map(text), known, &[]);
    }

    /// Checks that a number is one of some values.
    pub(crate) fn one_of_numbers(&mut self, field: &str, number: Option<f64>, values: &[f64]) {
        if let Some(number) = number
            && !values.contains(&number)
        {
            self.report(field, format!("is {number}, which is not one of {values:?}"));
        }
    }

    /// Checks a date or a time; `2025-02-30` is neither.
    pub(crate) fn date(&mut self, field: &str, text: Option<&(impl AsRef<str> + ?Sized)>) {
        let Some(text) = text.map(AsRef::as_ref).filter(|text| !text.is_empty()) else { return };
        if Moment::parse(text).is_none() {
            self.report(field, format!("is {text:?}, which is not a valid date or time"));
        }
    }
}

/// The problem of an address that has to be public: IPv4 or IPv6, single or a subnet.
fn address_problem(text: &str) -> Option<&'static str> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let Ok(address) = address.parse::<IpAddr>() else { return Some("is neither an IP address nor a subnet") };
    let (longest, is_public) = match address {
        IpAddr::V4(it) => (32, !(it.is_private() || it.is_link_local() || it.is_broadcast())),
        IpAddr::V6(it) => (128, !(it.is_unique_local() || it.is_unicast_link_local())),
    };
    let is_whole =
        |prefix: &str| prefix.parse::<u8>().is_ok_and(|prefix| prefix <= longest) && !prefix.starts_with('+');
    if !prefix.is_none_or(is_whole) {
        return Some("is a subnet whose prefix length is out of range");
    }
    let is_public = is_public && !(address.is_loopback() || address.is_unspecified() || address.is_multicast());
    (!is_public).then_some("is not public, and the API accepts only public addresses")
}
