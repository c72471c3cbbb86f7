//! `call_options!`: the options of [`CallOptions`](crate::CallOptions) as methods of everything that makes calls.

/// The `with_*` methods of a type that has `fn options_mut(&mut self) -> &mut CallOptions`.
macro_rules! call_options {
    () => {
        /// Sets these options, which replace those that are already set.
        pub fn with_options(mut self, options: $crate::runtime::transport::CallOptions) -> Self {
            self.options_mut().add(options);
            self
        }

        /// The time limit of one attempt: [`CallOptions::with_timeout`](crate::CallOptions::with_timeout).
        pub fn with_timeout(self, timeout: std::time::Duration) -> Self {
            self.configured(|options| options.with_timeout(timeout))
        }

        /// The idle time-out of a stream or a raw body:
        /// [`CallOptions::with_stream_idle_timeout`](crate::CallOptions::with_stream_idle_timeout).
        pub fn with_stream_idle_timeout(self, timeout: std::time::Duration) -> Self {
            self.configured(|options| options.with_stream_idle_timeout(timeout))
        }

        /// The largest complete reply: [`CallOptions::with_max_reply_bytes`](crate::CallOptions::with_max_reply_bytes).
        pub fn with_max_reply_bytes(self, bytes: usize) -> Self {
            self.configured(|options| options.with_max_reply_bytes(bytes))
        }

        /// The largest event of a stream: [`CallOptions::with_max_event_bytes`](crate::CallOptions::with_max_event_bytes).
        pub fn with_max_event_bytes(self, bytes: usize) -> Self {
            self.configured(|options| options.with_max_event_bytes(bytes))
        }

        /// The most memory of a collected stream: [`CallOptions::with_max_collected_bytes`](crate::CallOptions::with_max_collected_bytes).
        pub fn with_max_collected_bytes(self, bytes: usize) -> Self {
            self.configured(|options| options.with_max_collected_bytes(bytes))
        }

        /// The retry policy: [`CallOptions::with_retry`](crate::CallOptions::with_retry).
        pub fn with_retry(self, policy: $crate::runtime::transport::RetryPolicy) -> Self {
            self.configured(|options| options.with_retry(policy))
        }

        /// Sets a header of each request: [`CallOptions::with_header`](crate::CallOptions::with_header).
        pub fn with_header(
            self,
            name: impl TryInto<reqwest::header::HeaderName> + AsRef<[u8]>,
            value: impl TryInto<reqwest::header::HeaderValue>,
        ) -> Self {
            self.configured(|options| options.with_header(name, value))
        }

        /// The API key, instead of the client's: [`CallOptions::with_api_key`](crate::CallOptions::with_api_key).
        pub fn with_api_key(self, key: impl Into<$crate::runtime::secret::Secret>) -> Self {
            self.configured(|options| options.with_api_key(key))
        }

        /// Adds or replaces a field of the JSON body: [`CallOptions::with_extra_body`](crate::CallOptions::with_extra_body).
        pub fn with_extra_body(self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
            self.configured(|options| options.with_extra_body(name, value))
        }

        /// Adds a query parameter: [`CallOptions::with_extra_query`](crate::CallOptions::with_extra_query).
        pub fn with_extra_query(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
            self.configured(|options| options.with_extra_query(name, value))
        }

        /// Whether requests are validated before sending: [`CallOptions::with_validation`](crate::CallOptions::with_validation).
        pub fn with_validation(self, validate: bool) -> Self {
            self.configured(|options| options.with_validation(validate))
        }

        /// A wallet's signature, instead of the API key: [`CallOptions::with_sign_in`](crate::CallOptions::with_sign_in).
        pub fn with_sign_in(self, value: impl Into<$crate::runtime::secret::Secret>) -> Self {
            self.configured(|options| options.with_sign_in(value))
        }

        /// A wallet that signs each request: [`CallOptions::with_signer`](crate::CallOptions::with_signer).
        pub fn with_signer<F, E>(
            self,
            sign: impl Fn($crate::runtime::wallet::SignInRequest) -> F + Send + Sync + 'static,
        ) -> Self
        where
            F: Future<Output = Result<$crate::runtime::secret::Secret, E>> + Send + 'static,
            E: Into<Box<dyn std::error::Error + Send + Sync>>,
        {
            self.configured(|options| options.with_signer(sign))
        }

        fn configured(
            mut self,
            set: impl FnOnce($crate::runtime::transport::CallOptions) -> $crate::runtime::transport::CallOptions,
        ) -> Self {
            let options = self.options_mut();
            *options = set(std::mem::take(options));
            self
        }
    };
}

pub(crate) use call_options;
