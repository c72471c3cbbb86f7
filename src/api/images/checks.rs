//! What the API refuses of an image, told before anything is sent.

use crate::api::generated::types::{
    BackgroundRemoveImageRequest, EditImageRequest, GenerateImageRequest, MultiEditImageRequest, UpscaleImageRequest,
};
use crate::runtime::call::Call;
use crate::runtime::media::FileInput;
use crate::runtime::media::data_url::is_web_url;
use crate::runtime::media::limits::{FileLimits, ImageLimits};
use crate::runtime::reply::RawReply;
use crate::runtime::validation::ValidationError;

/// The document says "less than"; and a megabyte may be the larger one.
const MEGABYTE: u64 = 1024 * 1024;
const LEAST_PIXELS: u64 = 65_536;
const MOST_PIXELS_TO_EDIT: u64 = 33_177_600;
const MOST_PIXELS_ENLARGED: u64 = 16_777_216;

const ANY_IMAGE: FileLimits = FileLimits::new().media(&["image/*"]);
const STYLE: FileLimits = ANY_IMAGE.most_bytes(8 * MEGABYTE - 1);
const TO_EDIT: FileLimits = sized(MOST_PIXELS_TO_EDIT);

const fn sized(most_pixels: u64) -> FileLimits {
    let pixels = ImageLimits { pixels: (LEAST_PIXELS, most_pixels), least_side: 1 };
    ANY_IMAGE.most_bytes(25 * MEGABYTE - 1).image(pixels)
}

#[inline]
pub(super) fn generate(call: Call<RawReply>, request: &GenerateImageRequest) -> Call<RawReply> {
    let mut call = call;
    for (n, style) in request.style_references.iter().flatten().enumerate() {
        call = call.checked_file(format_args!("style_references[{n}].image"), &style.image, STYLE);
    }
    if request.variants.is_some() && request.return_binary == Some(true) {
        let problem = "cannot be asked for beside `return_binary`, which gives one image";
        return call.checked(Err(ValidationError::new("variants", problem)));
    }
    call
}

#[inline]
pub(super) fn upscale(call: Call<RawReply>, request: &UpscaleImageRequest) -> Call<RawReply> {
    // Four times is as much as fits, and twice is twice.
    let most = if request.scale == Some(4) { MOST_PIXELS_ENLARGED } else { MOST_PIXELS_ENLARGED / 4 };
    let finding = match &request.image {
        FileInput::Text(text) if is_web_url(text) => {
            let problem = "is a URL, which is not taken here; send a file or base64";
            Err(ValidationError::new("image", problem))
        }
        _ => Ok(()),
    };
    call.checked_file("image", &request.image, sized(most)).checked(finding)
}

#[inline]
pub(super) fn edit(call: Call<RawReply>, request: &EditImageRequest) -> Call<RawReply> {
    call.checked_file("image", &request.image, TO_EDIT)
}

#[inline]
pub(super) fn multi_edit(call: Call<RawReply>, request: &MultiEditImageRequest) -> Call<RawReply> {
    let images = request.images.iter().enumerate();
    images.fold(call, |call, (n, image)| call.checked_file(format_args!("images[{n}]"), image, TO_EDIT))
}

#[inline]
pub(super) fn remove_background(call: Call<RawReply>, request: &BackgroundRemoveImageRequest) -> Call<RawReply> {
    match &request.image {
        Some(image) => call.checked_file("image", image, ANY_IMAGE),
        None => call,
    }
}
