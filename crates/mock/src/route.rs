//! `Route`: the operation, path parameters and query of a request.

use venice_ai::reqwest::Url;
use venice_ai::{Operation, operations};

/// The path of the base URL.
pub(super) const BASE_PATH: &str = "/api/v1";

/// The target of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    /// `None` for an unknown path.
    pub(super) operation: Option<&'static Operation>,
    /// The values of the path parameters, decoded, in order.
    pub(super) parameters: Vec<String>,
    /// The path below the base URL, or all of it if it is not below.
    pub(super) path: String,
    /// The pairs of the query, decoded.
    pub(super) query: Vec<(String, String)>,
}

impl Route {
    pub(super) fn of(method: &str, target: &str) -> Self {
        let Ok(url) = Url::parse(&format!("http://mock{target}")) else {
            return Self { path: target.to_owned(), ..Self::default() };
        };
        let query = url.query_pairs().into_owned().collect();
        let Some(path) = url.path().strip_prefix(BASE_PATH).filter(|path| path.starts_with('/')) else {
            return Self { path: url.path().to_owned(), query, ..Self::default() };
        };
        let of_method = operations::ALL.iter().filter(|operation| operation.method == method);
        let found = Operation::of_path(of_method.map(|operation| (operation.path, *operation)), path);
        let (operation, parameters) = match found {
            Some((operation, parameters)) => (Some(operation), parameters),
            None => (None, Vec::new()),
        };
        Self { operation, parameters, path: path.to_owned(), query }
    }

    /// The first value of a field of the query.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// All values of a field of the query.
    pub(super) fn queries(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// A number in the query, or the default.
    pub(super) fn number(&self, name: &str, default: usize) -> usize {
        self.query(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    /// The path's only parameter.
    pub(super) fn parameter(&self) -> &str {
        self.parameters.first().map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(method: &str, target: &str) -> Option<&'static str> {
        Route::of(method, target).operation.map(|operation| operation.id)
    }

    #[test]
    fn a_fixed_path_is_meant_before_one_with_a_parameter() {
        assert_eq!(id("GET", "/api/v1/api_keys/rate_limits"), Some("getApiKeyRateLimits"));
        assert_eq!(id("GET", "/api/v1/api_keys/0a1b"), Some("getApiKeyById"));
    }

    #[test]
    fn every_operation_is_found_by_its_own_path() {
        for operation in operations::ALL {
            let target = format!("{BASE_PATH}{}", operation.path.replace(['{', '}'], ""));
            assert_eq!(id(operation.method, &target), Some(operation.id), "{target}");
        }
    }

    #[test]
    fn parameters_and_query_are_decoded() {
        let route = Route::of("GET", "/api/v1/api_keys/a%2Fb%20%C3%A9%zz?type=a+b%26c");
        assert_eq!(route.parameter(), "a/b é%zz");
        assert_eq!(route.query("type"), Some("a b&c"));
    }

    #[test]
    fn nothing_is_found_outside_of_the_base_path() {
        assert_eq!(id("GET", "/models"), None);
        assert_eq!(id("GET", "/api/v1models"), None);
        assert_eq!(id("PUT", "/api/v1/models"), None);
        assert_eq!(id("GET", "/api/v1/models/a/b/c"), None);
    }
}
