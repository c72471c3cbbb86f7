//! `RequestPrice`: the estimated maximum price of a request.

use serde_json::{Map, Value};

use super::priced_request::{Paid, PricedRequest};
use crate::api::generated::types::{Model, Money, Quote, QuoteAudioRequest, QuoteVideoRequest};
use crate::features::catalogue::{Catalogue, CatalogueModel};
use crate::features::cost::prices::{ChatShape, Prices, Tokens, highest, priced};
use crate::runtime::call::Call;
use crate::runtime::client::Client;

/// The known price of a request.
#[derive(Debug, Default)]
pub(crate) struct RequestPrice {
    pub(super) at_most: Option<Money>,
    pub(super) catalogue: Option<Catalogue>,
}

/// Looks the price up, or requests a quote. If that fails, the price is unknown.
pub(super) async fn of(priced_request: &PricedRequest, client: &Client) -> RequestPrice {
    match priced_request.paid {
        Paid::Other => RequestPrice::default(),
        Paid::Video => RequestPrice { at_most: video(priced_request, client).await, catalogue: None },
        Paid::Music => RequestPrice { at_most: music(priced_request, client).await, catalogue: None },
        _ => {
            let catalogue = client.models().catalogue().await;
            let catalogue = catalogue
                .inspect_err(|error| tracing::debug!(%error, "the list of models is not available to price a call"));
            let catalogue = catalogue.ok();
            let at_most = catalogue.as_ref().and_then(|catalogue| by_list(priced_request, catalogue));
            RequestPrice { at_most, catalogue }
        }
    }
}

/// Finds the model among those of the right type.
pub(super) fn model<'c>(catalogue: &'c Catalogue, paid: Paid, name: &str) -> Option<&'c Model> {
    catalogue.find_of_type(paid.model_type()?, name).map(CatalogueModel::model)
}

fn by_list(priced_request: &PricedRequest, catalogue: &Catalogue) -> Option<Money> {
    if priced_request.paid == Paid::Upscale {
        // The request has no model.
        let models = catalogue.of_type(Paid::Upscale.model_type()?);
        let prices: Vec<Money> = models
            .filter_map(|model| Prices::of(model.model()).upscaled_image(priced_request.number("scale")))
            .collect();
        return highest(&prices);
    }
    let prices = Prices::of(model(catalogue, priced_request.paid, priced_request.model())?);
    match priced_request.paid {
        Paid::Chat => prices.chat_of(&ChatShape::read(&priced_request.body)).at_most,
        // No tokenizer makes more tokens of a text than it has bytes.
        Paid::Embeddings => prices.tokens(Tokens { prompt: bytes(&priced_request.body["input"]), ..Tokens::default() }),
        // Output is free. The cost of an image is unknown.
        Paid::Decision if priced_request.body["images"].is_null() => {
            let bytes = |field: &str| priced_request.body[field].to_string().len() as u64;
            prices.tokens(Tokens { prompt: bytes("state") + bytes("questions"), ..Tokens::default() })
        }
        Paid::Images => {
            let images = priced_request.number("variants").and_then(|count| u64::try_from(count).ok()).unwrap_or(1);
            prices.images(priced_request.text("resolution"), priced_request.text("quality"), images.max(1))
        }
        Paid::Edit => {
            let images = priced_request.body["images"].as_array().map_or(1, |images| images.len().max(1));
            prices.edited_images(images as u64, priced_request.text("resolution"), priced_request.text("quality"))
        }
        Paid::Speech => prices.speech_characters(priced_request.text("input")?.chars().count() as u64),
        // The length of a recording is in its file, in one of many formats.
        Paid::Decision | Paid::Transcription | Paid::Upscale | Paid::Video | Paid::Music | Paid::Other => None,
    }
}

fn bytes(input: &Value) -> u64 {
    match input {
        Value::String(text) => text.len() as u64,
        Value::Array(texts) => texts.iter().map(bytes).sum(),
        _ => 0,
    }
}

async fn video(priced_request: &PricedRequest, client: &Client) -> Option<Money> {
    // Their length changes the price, and is not in the request.
    if priced_request.body["reference_video_urls"].as_array().is_some_and(|videos| !videos.is_empty()) {
        return None;
    }
    const PRICED: [&str; 9] = [
        "duration",
        "aspect_ratio",
        "resolution",
        "upscale_factor",
        "enhancement_model",
        "target_fps",
        "slowdown_factor",
        "audio",
        "video_url",
    ];
    let request = QuoteVideoRequest::new(priced_request.text("model")?);
    quoted(client.raw().quote_video(&request), priced_request, &PRICED).await
}

async fn music(priced_request: &PricedRequest, client: &Client) -> Option<Money> {
    let characters = priced_request.text("prompt").map_or(0, |prompt| prompt.chars().count());
    let request =
        QuoteAudioRequest::new(priced_request.text("model")?).character_count(i64::try_from(characters).ok()?);
    quoted(client.raw().quote_audio(&request), priced_request, &["duration_seconds"]).await
}

/// Requests a quote with these fields.
async fn quoted(call: Call<Quote>, priced_request: &PricedRequest, fields: &[&str]) -> Option<Money> {
    let fields = fields.iter().filter_map(|name| Some(((*name).to_owned(), priced_request.body.get(name)?.clone())));
    let fields: Map<String, Value> = fields.collect();
    let call = fields.into_iter().fold(call, |call, (name, value)| call.with_extra_body(name, value));
    let quote = call.await.inspect_err(|error| tracing::debug!(%error, "no quote for a job")).ok()?;
    let price = quote.quote.filter(|price| !price.is_negative())?;
    Some(priced(Some(price), Some(price)))
}
