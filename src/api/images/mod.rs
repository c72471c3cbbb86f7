//! `Images`: the handle of images: generate, edit, combine, upscale, remove backgrounds.
//!
//! | To | Call |
//! |---|---|
//! | generate an image, or up to four variants | [`generate`](Images::generate) |
//! | use a named style, or that of an image | [`styles`](Images::styles), [`StyleReference`](crate::types::StyleReference) |
//! | edit an image | [`edit`](Images::edit) |
//! | combine several images | [`multi_edit`](Images::multi_edit) |
//! | upscale an image | [`upscale`](Images::upscale) |
//! | remove its background | [`remove_background`](Images::remove_background) |
//! | use OpenAI's request format | [`generations`](Images::generations) |
//! | check the moderation flags | [`is_content_violation`](Image::is_content_violation), [`is_blurred`](Image::is_blurred) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::Upload;
//! use venice_ai::types::{EditImageRequest, GenerateImageRequest};
//!
//! let request = GenerateImageRequest::new("z-image-turbo", "a canal at night").return_binary(true);
//! venice.images().generate(request).await?.into_image()?.save("canal.webp").await?;
//!
//! let request = EditImageRequest::new(Upload::path("canal.webp"), "make it snow");
//! venice.images().edit(request).await?.save("canal-in-snow.png").await?;
//! # Ok(()) }
//! ```
//!
//! Every returned image is an [`Image`], in whichever form it arrives: check it, then read its [`bytes`](Image::bytes),
//! [`save`](Image::save) it, or read its [`stream`](Image::stream). An image to send is a [`FileInput`](crate::FileInput): an
//! [`Upload`](crate::Upload) for a file, bytes or a reader, or [`FileInput::text`](crate::FileInput::text) for a URL, base64 or a `data:`
//! URL.
//!
//! All but `styles` is charged, and retried only when it is known not to have been executed. A prompt that violates the content policy is
//! not an error, and is charged: check the image's flags. Rejected before sending: a file that is not an image, is too large or has too few
//! or too many pixels, an empty prompt, values out of their ranges.
//!
//! # Variants
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{GenerateImageRequest, ImageFormat};
//!
//! let request = GenerateImageRequest::new("z-image-turbo", "a canal at night").variants(4).format(ImageFormat::Png);
//! for (number, image) in venice.images().generate(request).await?.into_iter().enumerate() {
//!     image.save(format!("canal-{number}.png")).await?;
//! }
//! # Ok(()) }
//! ```
//!
//! # Style references
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::Upload;
//! use venice_ai::types::{GenerateImageRequest, StyleReference};
//!
//! let style = StyleReference::new(Upload::path("watercolour.jpg").to_data_url().await?).strength(0.8);
//! let request = GenerateImageRequest::new("krea-2", "a canal at night").style_references([style]);
//! let drawn = venice.images().generate(request).await?;
//! # Ok(()) }
//! ```

mod checks;
mod encoded;
mod generated;
#[allow(clippy::module_inception)]
mod image;
mod requests;

pub use self::generated::GeneratedImages;
pub use self::image::Image;
pub use crate::api::generated::handles::Images;
use crate::api::generated::types::{
    BackgroundRemoveImageRequest, EditImageRequest, GenerateImageRequest, ImageStyleList, MultiEditImageRequest,
    SimpleGenerateImageRequest, UpscaleImageRequest,
};
use crate::runtime::call::Call;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{Reply, ReplyForm};

impl Images<'_> {
    /// Generates images from a description.
    ///
    /// With `return_binary(true)` one image arrives as its bytes, which is a quarter less to transfer, and is returned with its headers.
    /// Without it up to four arrive as base64, together with an id and the timing. The type of the reply is the same.
    ///
    /// The model's constraints say which fields it supports: some use `width` and `height`, others `aspect_ratio` and `resolution`.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::GenerateImageRequest;
    ///
    /// let request = GenerateImageRequest::new("z-image-turbo", "a canal at night").width(1024).height(768);
    /// let drawn = venice.images().generate(request).await?;
    /// println!("blurred: {}, {:?}", drawn.is_blurred(), drawn.timing());
    /// drawn.into_image()?.save("canal.webp").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or prompt, values out of their ranges, `variants` with `return_binary`, a style reference
    /// that is not an image or has 8 MB or more. A prompt that violates the content policy is **not** an error: check
    /// [`is_content_violation`](GeneratedImages::is_content_violation).
    pub fn generate(&self, request: impl Into<GenerateImageRequest>) -> Call<GeneratedImages> {
        let request = request.into();
        let call = checks::generate(self.client.raw().generate_image(&request), &request);
        call.read(ReplyForm::JsonOrFile, GeneratedImages::of)
    }

    /// Generates one image, with the parameters of OpenAI's clients. [`generate`](Self::generate) supports more.
    ///
    /// The parameters `background`, `quality`, `style`, `user` and `output_compression` are ignored, and an unknown model is silently
    /// replaced by the default one. `response_format` makes no difference here: the URL that it may ask for is a `data:` URL, and is
    /// decoded like base64.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{ImageSize, SimpleGenerateImageRequest};
    ///
    /// let request = SimpleGenerateImageRequest::new("z-image-turbo", "a canal at night").size(ImageSize::Size1024x1024);
    /// venice.images().generations(request).await?.into_image()?.save("canal.png").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty prompt or one of more than 1,500 characters, and `n` other than 1.
    pub fn generations(&self, request: impl Into<SimpleGenerateImageRequest>) -> Call<GeneratedImages> {
        let call = self.client.raw().simple_generate_image(&request.into());
        call.read(ReplyForm::Json, GeneratedImages::of_list)
    }

    /// The values of `style_preset`. Free, and needs no key.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// for style in venice.images().styles().await? {
    ///     println!("{style}");
    /// }
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn styles(&self) -> Call<Vec<String>> {
        let call = self.client.raw().list_image_styles();
        // An object with a list (the document), or only the list (a vendor guide).
        let names = |reply: &mut Reply| reply.json::<ImageStyleList>().map(|list| list.data);
        call.read(ReplyForm::Json, move |reply| names(reply).or_else(|error| reply.json().map_err(|_| error)))
    }

    /// Upscales an image by a factor of two or four. The result is a PNG of at most 16,777,216 pixels, so a large image gets a smaller
    /// factor than `scale(4)`.
    ///
    /// A file is sent as a form. A text is base64 or a `data:` URL; a URL is not supported here.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::UpscaleImageRequest;
    ///
    /// let request = UpscaleImageRequest::new(Upload::path("canal.webp")).scale(4);
    /// venice.images().upscale(request).await?.save("canal-4x.png").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: a URL, a file that is not an image, 25 MB or more, fewer than 65,536 pixels, so many that the result has
    /// too many, a scale other than 2 and 4.
    pub fn upscale(&self, request: impl Into<UpscaleImageRequest>) -> Call<Image> {
        let request = request.into();
        let request = UpscaleImageRequest { image: requests::plain(request.image), ..request };
        let call = checks::upscale(self.client.raw().upscale_image(&request), &request);
        image_of(call)
    }

    /// Edits an image by a description. The result is a PNG for the resolution `1K` and a JPEG for larger ones, unless `output_format` is
    /// set: see [`Image::extension`].
    ///
    /// A file is sent as a form. A text is a URL, base64 or a `data:` URL.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::{EditImageRequest, ImageFormat};
    ///
    /// let request = EditImageRequest::new(Upload::path("canal.webp"), "make it snow").output_format(ImageFormat::Webp);
    /// let image = venice.images().edit(request).await?;
    /// println!("violation: {}", image.is_content_violation());
    /// image.save("canal-in-snow.webp").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty prompt, a file that is not an image, 25 MB or more, fewer than 65,536 pixels or more than
    /// 33,177,600.
    pub fn edit(&self, request: impl Into<EditImageRequest>) -> Call<Image> {
        let request = request.into();
        let request = EditImageRequest { image: requests::plain(request.image), ..request };
        let call = self.client.raw().edit_image(&request).checked_files(&request);
        let call = call.checked(checks::transparent(request.transparent_background, request.output_format.as_ref()));
        image_of(call)
    }

    /// Combines several images by a description. The first image is the base, the others are layers or references; the model's
    /// `max_input_images` limits their number, three if that is missing.
    ///
    /// Files are sent as a form, together with base64. URLs are sent as JSON, and cannot be combined with files: use
    /// [`Upload::to_data_url`](crate::Upload::to_data_url) for these then.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::MultiEditImageRequest;
    ///
    /// let images = [Upload::path("canal.webp"), Upload::path("gondola.png")];
    /// let request = MultiEditImageRequest::new("put the gondola on the canal", images).model("qwen-image-2-edit");
    /// venice.images().multi_edit(request).await?.save("scene.png").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: no image, URLs together with files, and for each image what [`edit`](Self::edit) rejects.
    pub fn multi_edit(&self, request: impl Into<MultiEditImageRequest>) -> Call<Image> {
        let (request, finding) = requests::multi_edit(request.into());
        let call = self.client.raw().multi_edit_image(&request).checked_files(&request);
        let call = call.checked(checks::transparent(request.transparent_background, request.output_format.as_ref()));
        image_of(call.checked(finding))
    }

    /// Removes the background of an image: the result is a PNG with transparency.
    ///
    /// A file is sent as a form, base64 and `data:` URLs as `image`, a URL as `image_url`, in whichever field they are given.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    ///
    /// let cut_out = venice.images().remove_background(Upload::path("gondola.jpg")).await?;
    /// cut_out.save("gondola.png").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: no image or two, and a file that is not an image.
    pub fn remove_background(&self, request: impl Into<BackgroundRemoveImageRequest>) -> Call<Image> {
        let (request, finding) = requests::remove_background(request.into());
        let call = self.client.raw().background_remove_image(&request).checked_files(&request);
        image_of(call.checked(finding))
    }
}

#[inline]
fn image_of(call: Call<RawReply>) -> Call<Image> {
    call.map(Image::of_file)
}
