//! Quotes of the API for a job, model by model.

use futures_util::StreamExt as _;

use super::picked::PickedModel;
use crate::api::generated::types::{Money, QuoteAudioRequest, QuoteVideoRequest};
use crate::features::catalogue::CatalogueModel;
use crate::runtime::client::Client;
use crate::runtime::error::Error;

/// Quotes in flight.
const CONCURRENT: usize = 4;

/// A request for a quote, of any model.
#[derive(Clone, Debug)]
pub(super) enum QuotedRequest {
    Video(QuoteVideoRequest),
    Music(QuoteAudioRequest),
}

/// Asks for the price of each model, and leaves out those for which the API rejects the request; returns their number.
pub(super) async fn of(
    client: &Client,
    request: &QuotedRequest,
    models: Vec<CatalogueModel>,
) -> Result<(Vec<PickedModel>, usize), Error> {
    let all = models.len();
    let quotes = models.into_iter().map(|model| async move {
        match quote(client, request, model.id()).await {
            Ok(price) => Ok(Some(PickedModel { model, price: Some(price) })),
            Err(error) if is_about_the_model(&error) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let mut quotes = futures_util::stream::iter(quotes).buffered(CONCURRENT);
    let mut candidates = Vec::new();
    while let Some(candidate) = quotes.next().await {
        candidates.extend(candidate?);
    }
    let unpriced = all - candidates.len();
    Ok((candidates, unpriced))
}

async fn quote(client: &Client, request: &QuotedRequest, model: &str) -> Result<Money, Error> {
    let price = match request {
        QuotedRequest::Video(request) => {
            client.video().quote(QuoteVideoRequest { model: model.to_owned(), ..request.clone() }).await?
        }
        QuotedRequest::Music(request) => {
            client.audio().quote(QuoteAudioRequest { model: model.to_owned(), ..request.clone() }).await?
        }
    };
    Ok(Money { usd: Some(price.usd), ..Money::default() })
}

/// Whether the API rejects the request for this model, rather than for the caller.
fn is_about_the_model(error: &Error) -> bool {
    error.status().is_some_and(|status| matches!(status.as_u16(), 400 | 404 | 410 | 422))
}
