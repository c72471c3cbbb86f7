//! What a request will cost at most.

use serde_json::{Map, Value};

use super::ask::{Asked, Paid};
use crate::api::generated::types::{Model, Money, Quote, QuoteAudioRequest, QuoteVideoRequest};
use crate::features::catalogue::{Catalogue, CatalogueModel};
use crate::features::cost::prices::{ChatShape, Prices, Tokens, dearest};
use crate::runtime::call::Call;
use crate::runtime::client::Client;

/// What is known of the price of a request.
#[derive(Debug, Default)]
pub(crate) struct Priced {
    pub(super) at_most: Option<Money>,
    pub(super) catalogue: Option<Catalogue>,
}

/// Looks the price up, or asks for it. What goes wrong on the way leaves it unknown.
pub(super) async fn of(asked: &Asked, client: &Client) -> Priced {
    match asked.paid {
        Paid::Other => Priced::default(),
        Paid::Video => Priced { at_most: video(asked, client).await, catalogue: None },
        Paid::Music => Priced { at_most: music(asked, client).await, catalogue: None },
        _ => {
            let catalogue = client.models().catalogue().await;
            let catalogue =
                catalogue.inspect_err(|error| tracing::debug!(%error, "no list of models to price a call by"));
            let catalogue = catalogue.ok();
            let at_most = catalogue.as_ref().and_then(|catalogue| by_list(asked, catalogue));
            Priced { at_most, catalogue }
        }
    }
}

/// The model of a name among those that do what is asked for.
pub(super) fn model<'c>(catalogue: &'c Catalogue, paid: Paid, name: &str) -> Option<&'c Model> {
    catalogue.find_of_type(paid.model_type()?, name).map(CatalogueModel::model)
}

fn by_list(asked: &Asked, catalogue: &Catalogue) -> Option<Money> {
    if asked.paid == Paid::Upscale {
        // The request does not name the model.
        let models = catalogue.of_type(Paid::Upscale.model_type()?);
        let prices: Vec<Money> =
            models.filter_map(|model| Prices::of(model.model()).upscaled(asked.number("scale"))).collect();
        return dearest(&prices);
    }
    let prices = Prices::of(model(catalogue, asked.paid, asked.model())?);
    match asked.paid {
        Paid::Chat => prices.chat_of(&ChatShape::read(&asked.body)).at_most,
        // No tokenizer makes more tokens of a text than it has bytes.
        Paid::Embeddings => prices.tokens(Tokens { prompt: bytes(&asked.body["input"]), ..Tokens::default() }),
        // Output is free. What an image costs is not known.
        Paid::Decision if asked.body["images"].is_null() => {
            let bytes = |field: &str| asked.body[field].to_string().len() as u64;
            prices.tokens(Tokens { prompt: bytes("state") + bytes("questions"), ..Tokens::default() })
        }
        Paid::Images => {
            let images = asked.number("variants").and_then(|count| u64::try_from(count).ok()).unwrap_or(1);
            prices.images(asked.text("resolution"), asked.text("quality"), images.max(1))
        }
        Paid::Edit => {
            let images = asked.body["images"].as_array().map_or(1, |images| images.len().max(1));
            prices.edited(images as u64, asked.text("resolution"), asked.text("quality"))
        }
        Paid::Speech => prices.spoken(asked.text("input")?.chars().count() as u64),
        // How long a recording is stands in its file, in one of many forms.
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

async fn video(asked: &Asked, client: &Client) -> Option<Money> {
    // They change the price by their length, which the request does not tell.
    if asked.body["reference_video_urls"].as_array().is_some_and(|videos| !videos.is_empty()) {
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
    let request = QuoteVideoRequest::new(asked.text("model")?);
    quoted(client.raw().quote_video(&request), asked, &PRICED).await
}

async fn music(asked: &Asked, client: &Client) -> Option<Money> {
    let characters = asked.text("prompt").map_or(0, |prompt| prompt.chars().count());
    let request = QuoteAudioRequest::new(asked.text("model")?).character_count(i64::try_from(characters).ok()?);
    quoted(client.raw().quote_audio(&request), asked, &["duration_seconds"]).await
}

/// Asks for the price of what has these members.
async fn quoted(call: Call<Quote>, asked: &Asked, members: &[&str]) -> Option<Money> {
    let told = members.iter().filter_map(|name| Some(((*name).to_owned(), asked.body.get(name)?.clone())));
    let told: Map<String, Value> = told.collect();
    let call = told.into_iter().fold(call, |call, (name, value)| call.with_extra_body(name, value));
    let quote = call.await.inspect_err(|error| tracing::debug!(%error, "no price of a job")).ok()?;
    let price = quote.quote.filter(|price| !price.is_negative())?;
    Some(Money { usd: Some(price), diem: Some(price) })
}
