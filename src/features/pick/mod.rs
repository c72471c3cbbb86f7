//! `Pick`: chooses a model from the catalogue by what it has to do.

mod criteria;
mod need;
mod picked;
mod quotes;

pub use self::criteria::Pick;
pub use self::picked::PickedModel;
use crate::api::generated::operations;
use crate::api::models::Models;
use crate::features::catalogue::Catalogue;
use crate::features::flow::Flow;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};

impl Models<'_> {
    /// Chooses a model by what it has to do, and by its price.
    ///
    /// The catalogue is fetched unless it is [cached](Self::catalogue). Models that are offline, in beta or about to be removed are not
    /// chosen, unless allowed; what the API does not say of a model counts as missing. A [privacy](crate::ClientBuilder::privacy) policy of
    /// the client is a requirement, too.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// # let venice = mock.client();
    /// use venice_ai::models::Pick;
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let model = venice.models().pick(Pick::chat().private().tools().cheapest()).await?;
    /// println!("{} at {:?}", model.id(), model.price());
    /// let reply = venice.chat().create(ChatCompletionRequest::new(&model, "Hello!")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]: no model fits; the message counts why. And those of [`catalogue`](Self::catalogue), and of the quotes for
    /// [`Pick::video`] and [`Pick::music`].
    #[doc(alias("choose", "select", "cheapest", "router"))]
    pub fn pick(&self, pick: Pick) -> Flow<PickedModel> {
        Flow::new(self.client, "picking a model", move |client| async move {
            if let Some(Err(_)) = pick.limit {
                return Err(Error::invalid_request(
                    "the most that the model may cost is not an amount, or is negative",
                ));
            }
            let catalogue = client.models().catalogue().await?;
            let pick = within_policy(&client, pick);
            let (fitting, rejected) = pick.sort_out(&catalogue);
            let (candidates, unpriced) = match &pick.quoted {
                Some(request) => quotes::of(&client, request, fitting).await?,
                None => pick.priced(fitting),
            };
            pick.best(candidates).ok_or_else(|| none_fits(&catalogue, &pick, rejected, unpriced))
        })
    }
}

/// Adds what the client's privacy policy requires.
#[cfg(feature = "privacy")]
fn within_policy(client: &Client, pick: Pick) -> Pick {
    use crate::features::privacy::Privacy;

    match crate::features::privacy::level_of(client) {
        Privacy::Any => pick,
        Privacy::PrivateModels => pick.private(),
        Privacy::Tee => pick.private().tee(),
        Privacy::EndToEnd => pick.private().e2ee(),
    }
}

#[cfg(not(feature = "privacy"))]
fn within_policy(_: &Client, pick: Pick) -> Pick {
    pick
}

fn none_fits(catalogue: &Catalogue, pick: &Pick, rejected: Vec<(String, usize)>, unpriced: usize) -> Error {
    let all = catalogue.of_type(pick.kind.clone()).count();
    let mut reasons: Vec<_> = rejected.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    if unpriced > 0 {
        reasons.push(format!("{unpriced} without a known price for this"));
    }
    let reasons = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
    let message = format!("none of {all} {} models fits{reasons}", pick.kind);
    Error::new(ErrorKind::NotFound, message).with_operation(&operations::LIST_MODELS)
}
