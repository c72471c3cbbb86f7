//! `GeneratedImages`: the images of a reply, with their metadata.

use serde_json::{Map, Value};

use super::encoded::Encoded;
use super::image::Image;
use crate::api::generated::types::{GenerateImageResponse, GeneratedImageList, ImageTiming};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::{ContentFlags, Meta};
use crate::runtime::reply::{Origin, RawReply};
use crate::runtime::transport::Reply;

/// Generated images and their metadata, in whichever form they arrived: base64 within JSON, `data:` URLs, or the bytes of one image.
///
/// Check [`is_blurred`](Self::is_blurred) and [`is_content_violation`](Self::is_content_violation): an image that violates the content
/// policy is not an error, and is charged. The flags are about all images of the reply together.
///
/// ```no_run
/// # async fn example(drawn: venice_ai::images::GeneratedImages) -> Result<(), venice_ai::Error> {
/// for (number, image) in drawn.into_iter().enumerate() {
///     image.save(format!("canal-{number}.webp")).await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct GeneratedImages {
    images: Vec<Image>,
    /// The fields of JSON replies only, without the images.
    reply: GenerateImageResponse,
    created: Option<i64>,
    origin: Origin,
}

impl GeneratedImages {
    /// From a reply of the API's own form.
    #[inline]
    pub(super) fn of(reply: &mut Reply) -> Result<Self, Error> {
        if !reply.is_whole() {
            return reply.file().map(Self::of_file);
        }
        let (mut reply, origin) = (reply.json::<GenerateImageResponse>()?, reply.origin());
        let texts = std::mem::take(&mut reply.images).into_iter().enumerate();
        Ok(Self { reply, ..Self::of_texts(texts.map(|(n, text)| (format!("images[{n}]"), text)), origin) })
    }

    #[inline]
    pub(super) fn of_list(reply: &mut Reply) -> Result<Self, Error> {
        let (reply, origin) = (reply.json::<GeneratedImageList>()?, reply.origin());
        let texts = reply.data.into_iter().enumerate().filter_map(|(n, image)| match image.b64_json {
            Some(text) => Some((format!("data[{n}].b64_json"), text)),
            None => Some((format!("data[{n}].url"), image.url?)),
        });
        // Some replies have no time, which reads as 0.
        let created = Some(reply.created).filter(|created| *created > 0);
        Ok(Self { created, ..Self::of_texts(texts, origin) })
    }

    fn of_file(file: RawReply) -> Self {
        let origin = file.origin();
        Self::of_images(vec![Image::of_file(file)], origin)
    }

    fn of_texts(texts: impl Iterator<Item = (String, String)>, origin: Origin) -> Self {
        let images = texts.map(|(place, text)| Image::of_text(Encoded::new(text, place, origin.clone()))).collect();
        Self::of_images(images, origin)
    }

    fn of_images(images: Vec<Image>, origin: Origin) -> Self {
        Self { images, reply: GenerateImageResponse::default(), created: None, origin }
    }

    /// The images by reference. For their bytes, take them out with [`into_iter`](Self#impl-IntoIterator-for-GeneratedImages) or
    /// [`into_image`](Self::into_image).
    ///
    /// ```no_run
    /// # fn look(drawn: &venice_ai::images::GeneratedImages) {
    /// for image in drawn.images() {
    ///     println!("{:?}", image.content_type());
    /// }
    /// # }
    /// ```
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Whether there is no image, as after a content violation.
    ///
    /// ```no_run
    /// # fn look(drawn: &venice_ai::images::GeneratedImages) {
    /// if drawn.is_empty() {
    ///     println!("{:?}", drawn.content_flags());
    /// }
    /// # }
    /// ```
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// The first image, which is the only one unless `variants` is set.
    ///
    /// # Errors
    /// There is no image: [`ErrorKind::ContentPolicy`](crate::ErrorKind::ContentPolicy) if the reply says that the prompt violates the
    /// content policy, else [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    #[inline]
    pub fn into_image(self) -> Result<Image, Error> {
        let Self { images, origin, .. } = self;
        images.into_iter().next().ok_or_else(|| {
            let flags = origin.meta.content_flags();
            let error = if flags.violation || flags.adult_model_violation || flags.minor {
                Error::new(
                    ErrorKind::ContentPolicy,
                    "no image was generated, as the request violates the content policy",
                )
            } else {
                Error::new(ErrorKind::Decode, "the reply has no image")
            };
            origin.explained(error)
        })
    }

    /// Whether the images were blurred as adult content; `safe_mode(false)` turns that off.
    ///
    /// ```no_run
    /// # fn look(drawn: &venice_ai::images::GeneratedImages) {
    /// if drawn.is_blurred() {
    ///     println!("not much to see");
    /// }
    /// # }
    /// ```
    pub fn is_blurred(&self) -> bool {
        self.content_flags().blurred
    }

    /// Whether prompt or images violate the content policy. The reply is a success anyway.
    ///
    /// ```no_run
    /// # fn look(drawn: &venice_ai::images::GeneratedImages) {
    /// if drawn.is_content_violation() {
    ///     println!("try another prompt");
    /// }
    /// # }
    /// ```
    pub fn is_content_violation(&self) -> bool {
        self.content_flags().violation
    }

    /// All moderation flags: also a violation of the policy of a model for adults, and whether a minor is shown.
    ///
    /// ```no_run
    /// # fn look(drawn: &venice_ai::images::GeneratedImages) {
    /// assert!(drawn.content_flags().is_clear());
    /// # }
    /// ```
    pub fn content_flags(&self) -> ContentFlags {
        self.origin.meta.content_flags()
    }

    /// The prompt as rewritten by `enhance_prompt`.
    pub fn enhanced_prompt(&self) -> Option<String> {
        self.origin.meta.enhanced_prompt()
    }

    /// The id of the generation. Binary replies have none.
    pub fn id(&self) -> Option<&str> {
        self.reply.id.as_deref()
    }

    /// The timing. Binary replies have none.
    ///
    /// ```no_run
    /// # fn look(drawn: &venice_ai::images::GeneratedImages) {
    /// if let Some(timing) = drawn.timing() {
    ///     println!("{} ms", timing.total);
    /// }
    /// # }
    /// ```
    pub fn timing(&self) -> Option<&ImageTiming> {
        self.reply.timing.as_ref()
    }

    /// The request as the server understood it, in an unstable form. Binary replies have none.
    pub fn request(&self) -> Option<&Value> {
        self.reply.request.as_ref()
    }

    /// The time of generation, in Unix seconds; only from [`generations`](crate::Images::generations).
    pub fn created(&self) -> Option<i64> {
        self.created
    }

    /// Fields of the reply unknown to this version of the crate.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.reply.extra
    }

    /// The metadata of the reply.
    pub fn meta(&self) -> &Meta {
        &self.origin.meta
    }
}

impl IntoIterator for GeneratedImages {
    type Item = Image;
    type IntoIter = std::vec::IntoIter<Image>;

    fn into_iter(self) -> Self::IntoIter {
        self.images.into_iter()
    }
}
