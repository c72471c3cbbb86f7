//! Checks of image requests beyond the API's document, before sending.

use crate::api::generated::types::{GenerateImageRequest, ImageFormat, UpscaleImageRequest};
use crate::runtime::call::Call;
use crate::runtime::media::FileInput;
use crate::runtime::media::data_url::is_web_url;
use crate::runtime::reply::RawReply;
use crate::runtime::validation::ValidationError;

const MOST_PIXELS_TO_DOUBLE: u64 = 16_777_216 / 4;

#[inline]
pub(super) fn generate(call: Call<RawReply>, request: &GenerateImageRequest) -> Call<RawReply> {
    let call = call.checked_files(request);
    let call = call.checked(transparent(request.transparent_background, request.format.as_ref()));
    if request.variants.is_some() && request.return_binary == Some(true) {
        let problem = "cannot be set with `return_binary`, which returns one image";
        return call.checked(Err(ValidationError::new("variants", problem)));
    }
    call
}

/// JPEG has no transparency.
pub(super) fn transparent(wanted: Option<bool>, format: Option<&ImageFormat>) -> Result<(), ValidationError> {
    match (wanted, format) {
        (Some(true), Some(ImageFormat::Jpeg)) => {
            Err(ValidationError::new("transparent_background", "needs PNG or WebP, but the format is JPEG"))
        }
        _ => Ok(()),
    }
}

#[inline]
pub(super) fn upscale(call: Call<RawReply>, request: &UpscaleImageRequest) -> Call<RawReply> {
    // A scale of 4 is reduced to fit, a scale of 2 is not.
    let limits = UpscaleImageRequest::IMAGE;
    let limits = if request.scale == Some(4) { limits } else { limits.most_pixels(MOST_PIXELS_TO_DOUBLE) };
    let finding = match &request.image {
        FileInput::Text(text) if is_web_url(text) => {
            let problem = "is a URL, which is not supported here; send a file or base64";
            Err(ValidationError::new("image", problem))
        }
        _ => Ok(()),
    };
    call.checked_file("image", &request.image, limits).checked(finding)
}
