//! Converts image inputs (a file, base64, a `data:` URL or a URL) to the form that each operation accepts.

use std::path::{Path, PathBuf};

use super::encoded;
use crate::api::generated::types::{BackgroundRemoveImageRequest, MultiEditImageRequest, UpscaleImageRequest};
use crate::runtime::media::data_url::is_web_url;
use crate::runtime::media::{FileInput, Upload};
use crate::runtime::validation::ValidationError;

/// The base64 of a `data:` URL, for operations that do not accept a `data:` URL.
#[inline]
pub(super) fn plain(image: FileInput) -> FileInput {
    match image {
        FileInput::Text(text) => match encoded::split(&text) {
            Ok((_, base64)) if base64.len() < text.len() => FileInput::Text(base64.to_owned()),
            _ => FileInput::Text(text),
        },
        file => file,
    }
}

/// A form has only files, so base64 next to a file becomes a file.
#[inline]
pub(super) fn multi_edit(mut request: MultiEditImageRequest) -> (MultiEditImageRequest, Result<(), ValidationError>) {
    request.images = request.images.into_iter().map(plain).collect();
    if !request.images.iter().any(|image| matches!(image, FileInput::Upload(_))) {
        return (request, Ok(()));
    }
    let mut findings = Vec::new();
    for (n, image) in request.images.iter_mut().enumerate() {
        let FileInput::Text(text) = image else { continue };
        if is_web_url(text) {
            let problem = "is a URL together with files, which is not supported; send it as a file too, or the files as \
                           `Upload::to_data_url()`";
            findings.push(ValidationError::new(format!("images[{n}]"), problem));
        } else if let Ok(bytes) = encoded::decoded(text) {
            *image = Upload::bytes(format!("image-{n}"), bytes).into();
        }
        // The check of the text reports other problems.
    }
    (request, ValidationError::all(findings))
}

/// Sends a URL as `image_url` and everything else as `image`. Exactly one of them is required.
#[inline]
pub(super) fn remove_background(
    mut request: BackgroundRemoveImageRequest,
) -> (BackgroundRemoveImageRequest, Result<(), ValidationError>) {
    let refused = |field: &str, problem: &str| Err(ValidationError::new(field, problem));
    let (given, field) = match (request.image.take(), request.image_url.take()) {
        (Some(image), None) => (image, "image"),
        (None, Some(url)) => (FileInput::Text(url), "image_url"),
        (image @ Some(_), image_url @ Some(_)) => {
            let request = BackgroundRemoveImageRequest { image, image_url, ..request };
            return (request, refused("image_url", "cannot be set with `image`; set one of them"));
        }
        (None, None) => {
            return (request, refused("image", "is required, or `image_url`"));
        }
    };
    match plain(given) {
        FileInput::Text(url) if is_web_url(&url) => (request.image_url(url), Ok(())),
        FileInput::Text(text) if field == "image_url" && encoded::decoded(&text).is_err() => {
            (request.image_url(text), refused(field, "is not a URL"))
        }
        other => (request.image(other), Ok(())),
    }
}

/// Conversions to requests that have only an image.
macro_rules! of_an_image {
    ($make:expr => $request:ty: $($image:ty),*) => {$(
        impl From<$image> for $request {
            fn from(image: $image) -> Self {
                $make(image.into())
            }
        }
    )*};
}

of_an_image!(enlarged => UpscaleImageRequest: FileInput, Upload, &Path, PathBuf);
of_an_image!(cut_out => BackgroundRemoveImageRequest: FileInput, Upload, &Path, PathBuf);

fn cut_out(image: FileInput) -> BackgroundRemoveImageRequest {
    BackgroundRemoveImageRequest::new().image(image)
}

fn enlarged(image: FileInput) -> UpscaleImageRequest {
    UpscaleImageRequest::new(image)
}
