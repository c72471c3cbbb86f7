//! `Call::with_sign_in`, `with_signer`: wallet authentication in place of the API key.

use super::Call;
use crate::runtime::secret::Secret;
use crate::runtime::validation::ValidationError;
use crate::runtime::wallet::{self, SIGN_IN, SignInRequest, Signature, Signer};

/// What the header is called in messages.
const FIELD: &str = "SIGN-IN-WITH-X";

impl<T> Call<T> {
    /// A wallet pays, or asks for itself: the value of the header `SIGN-IN-WITH-X`, made and signed by the caller. The API key stays
    /// at home.
    ///
    /// The value is base64 of a JSON object with at least `address`, `message` and `signature`; one that is not is refused before
    /// anything is sent. A signature is valid for at most 5 minutes and its nonce for one request: where a call may be repeated, or makes
    /// several requests, use [`with_signer`](Self::with_signer).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, signed: venice_ai::Secret) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let balance = venice.x402().balance(wallet).with_sign_in(signed).await?;
    /// println!("{:?} US dollars", balance.balance_usd);
    /// # Ok(()) }
    /// ```
    pub fn with_sign_in(mut self, value: impl Into<Secret>) -> Self {
        let value = value.into();
        let finding = wallet::check(&value);
        self.core.signer = None;
        self.signed(&SIGN_IN, FIELD, value, finding)
    }

    /// As [`with_sign_in`](Self::with_sign_in), with a wallet that signs each request, repetitions included. A nonce works once.
    ///
    /// A request that is refused because its signature is too old (`X402_SIGN_IN_EXPIRED`) or its nonce was used
    /// (`X402_SIGN_IN_NONCE_REUSED`) is signed again and repeated once, and so is any refused signature of the operations that only
    /// wallets may call, which do not say why. All other refusals are reported at once: a new signature does not cure a wrong clock,
    /// domain, chain or key.
    ///
    /// Of requests that one wallet signs, 5 are in flight at most, as the API takes no more; the next one waits, at most for its time-out. A
    /// stream counts until it is read or dropped.
    ///
    /// Nothing limits how long the wallet may take. If it fails, the error is
    /// [`ErrorKind::Signing`](crate::ErrorKind::Signing), and the request is not sent.
    ///
    /// ```no_run
    /// # use venice_ai::Secret;
    /// # async fn sign(url: &str) -> Result<Secret, std::io::Error> { Ok(Secret::from("")) }
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let call = venice.x402().balance(wallet).with_signer(|request| async move { sign(&request.url).await });
    /// println!("{:?} US dollars", call.await?.balance_usd);
    /// # Ok(()) }
    /// ```
    pub fn with_signer<F, E>(self, sign: impl Fn(SignInRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Secret, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.signed_by(Signer::new(sign))
    }

    pub(crate) fn signed_by(mut self, signer: Signer) -> Self {
        self.core.signer = Some(signer);
        self
    }

    /// Sets a header that no log and no error may show. `field` is what it is called where it is refused, `finding` what is wrong
    /// with its value.
    pub(crate) fn signed(
        mut self,
        name: &reqwest::header::HeaderName,
        field: &str,
        value: Secret,
        finding: Result<(), &'static str>,
    ) -> Self {
        match Signature::new(value) {
            Ok(Signature { secret, header }) => {
                self.core.scope.hide([secret]);
                let finding = finding.map_err(|problem| ValidationError::new(field, problem));
                self.checked(finding).changed(|request| {
                    request.headers_mut().insert(name, header);
                    Ok(())
                })
            }
            Err(problem) => self.checked(Err(ValidationError::new(field, problem).into_fatal())),
        }
    }
}
