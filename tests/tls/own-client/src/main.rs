//! Builds an HTTP client and clients of the SDK with and without it, in the order of the argument.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("venice-first") => venice().and_then(|()| own_client()),
        Some("venice-last") => own_client().and_then(|()| venice()),
        _ => Err("the argument is `venice-first` or `venice-last`".into()),
    }
}

fn venice() -> Result<(), Box<dyn Error>> {
    venice_ai::Client::new("a key")?;
    Ok(())
}

fn own_client() -> Result<(), Box<dyn Error>> {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    venice_ai::Client::builder().api_key("a key").http_client(http).build()?;
    Ok(())
}
