//! Handlers of images. They return small files of the requested format.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::{encoding, media, models, time};

const STYLES: &[&str] = &["3D Model", "Analog Film", "Anime", "Cinematic", "Line Art", "Pixel Art", "Watercolor"];

/// The price of an image in US dollars.
const GENERATE_USD: f64 = 0.01;
const EDIT_USD: f64 = 0.04;

pub(super) fn styles(_: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    Ok(Reply::json(200, &json!({"object": "list", "data": STYLES})))
}

pub(super) fn generate(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let body = &request.body;
    let model = models::wanted(request, "image", request.text("model"))?;
    let image = Image::of(body["format"].as_str().unwrap_or("webp"))?;
    let count = match body["variants"].as_u64() {
        Some(_) if body["return_binary"] == true => {
            return Err(error(400, "Variants cannot be used with return_binary"));
        }
        count => count.unwrap_or(1).min(4),
    };
    state.balance_usd -= GENERATE_USD * count as f64;
    let reply = if body["return_binary"] == true {
        image.reply()
    } else {
        let images: Vec<String> = (0..count).map(|_| STANDARD.encode(&image.bytes)).collect();
        let id = format!("generate-image-{:016x}", state.next_id());
        let timing = json!({
            "inferenceDuration": 1200, "inferencePreprocessingTime": 20, "inferenceQueueTime": 5, "total": 1225,
        });
        let request = json!({"success": true, "data": body});
        Reply::json(200, &json!({"id": id, "images": images, "request": request, "timing": timing}))
    };
    Ok(flagged(reply, body).with("x-venice-model-id", model["id"].as_str().unwrap_or_default()))
}

/// An unknown model is silently replaced by the default one.
pub(super) fn generations(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let body = &request.body;
    let image = Image::of(body["output_format"].as_str().unwrap_or("png"))?;
    let data = match body["response_format"].as_str() {
        Some("url") => json!({"url": encoding::data_url(&image.media, &image.bytes)}),
        _ => json!({"b64_json": STANDARD.encode(&image.bytes)}),
    };
    state.balance_usd -= GENERATE_USD;
    let model = models::resolve("image", request.text("model"))
        .map(|model| model["id"].as_str().unwrap_or_default().to_owned());
    let reply = Reply::json(200, &json!({"created": time::now().as_secs(), "data": [data]}));
    Ok(flagged(reply, body).with("x-venice-model-id", model.as_deref().unwrap_or(models::DEFAULT_IMAGE)))
}

/// Edited and combined images. Default format: PNG for the resolution 1K, JPEG for larger ones.
pub(super) fn edit(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let body = &request.body;
    let usual = if matches!(body["resolution"].as_str(), None | Some("1K")) { "png" } else { "jpeg" };
    let image = Image::of(body["output_format"].as_str().unwrap_or(usual))?;
    state.balance_usd -= EDIT_USD;
    Ok(flagged(image.reply(), body))
}

/// Upscaled images, and images without their background.
pub(super) fn to_png(state: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    state.balance_usd -= EDIT_USD;
    Ok(Image::of("png")?.reply())
}

/// An image, and its media type.
struct Image {
    media: String,
    bytes: Bytes,
}

impl Image {
    fn of(format: &str) -> Result<Self, Reply> {
        let media = format!("image/{format}");
        let bytes = media::file(&media).ok_or_else(|| error(400, &format!("Unknown image format: {format}")))?;
        Ok(Self { media, bytes })
    }

    fn reply(self) -> Reply {
        Reply::new(200, &self.media, self.bytes)
    }
}

/// Moderation flags: none. For others use faults.
fn flagged(reply: Reply, body: &Value) -> Reply {
    let reply = reply.with("x-venice-is-blurred", "false").with("x-venice-is-content-violation", "false");
    match body["prompt"].as_str() {
        Some(prompt) if body["enhance_prompt"] == true => reply.with(
            "x-venice-enhanced-prompt",
            encoding::percent_encoded(&format!("{prompt}, in the light of the evening")),
        ),
        _ => reply,
    }
}
