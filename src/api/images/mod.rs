//! Images: drawn from a text, changed, put together, enlarged, cut out.
//!
//! | To | Call |
//! |---|---|
//! | draw an image, or four to choose from | [`generate`](Images::generate) |
//! | draw in a style by name, or in that of an image | [`styles`](Images::styles), [`StyleReference`](crate::types::StyleReference) |
//! | change an image as a text says | [`edit`](Images::edit) |
//! | make one image of several | [`multi_edit`](Images::multi_edit) |
//! | enlarge it | [`upscale`](Images::upscale) |
//! | cut its subject out | [`remove_background`](Images::remove_background) |
//! | use code that was written for OpenAI's images | [`generations`](Images::generations) |
//! | know whether it may be shown | [`is_content_violation`](Image::is_content_violation), [`is_blurred`](Image::is_blurred) |
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
//! Every image that comes is an [`Image`], whichever way it travels: look at it, then take its [`bytes`](Image::bytes),
//! [`save`](Image::save) it, or read its [`stream`](Image::stream). An image to send is a [`FileInput`](crate::FileInput): an
//! [`Upload`](crate::Upload) for a file, bytes or a reader, or [`FileInput::text`](crate::FileInput::text) for a URL, base64 or a
//! `data:` URL.
//!
//! All but `styles` is paid for, and is repeated only when the API said that it did not run it. A prompt that breaks the rules is no
//! error, and is charged: ask the image. Refused before anything is sent: what is no image, is too large or has too few or too many
//! pixels, an empty prompt, values out of their ranges.
//!
//! # Four to choose from
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
//! # In the style of an image
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
mod styles;

pub use self::generated::GeneratedImages;
pub use self::image::Image;
use self::styles::Styles;
pub use crate::api::generated::handles::Images;
use crate::api::generated::types::{
    BackgroundRemoveImageRequest, EditImageRequest, GenerateImageRequest, MultiEditImageRequest,
    SimpleGenerateImageRequest, UpscaleImageRequest,
};
use crate::runtime::call::Call;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::ReplyForm;

impl Images<'_> {
    /// Draws images from a description.
    ///
    /// With `return_binary(true)` one image comes as its bytes, which is a quarter less to transfer, and is handed out when its
    /// headers are here. Without it up to four come as base64, together with an id and the times it took. The reply's type is the
    /// same, and so is what can be done with it.
    ///
    /// What a model takes is in its constraints: some want `width` and `height`, others `aspect_ratio` and `resolution`.
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
    /// Refused before anything is sent: an empty model or prompt, values out of their ranges, `variants` beside `return_binary`, a style
    /// reference that is no image or has 8 MB or more. A prompt that breaks the rules is **no** error: look at
    /// [`is_content_violation`](GeneratedImages::is_content_violation).
    pub fn generate(&self, request: impl Into<GenerateImageRequest>) -> Call<GeneratedImages> {
        let request = request.into();
        let call = checks::generate(self.client.raw().generate_image(&request), &request);
        call.read(ReplyForm::JsonOrFile, GeneratedImages::of)
    }

    /// Draws one image, with the parameters that OpenAI's clients send. [`generate`](Self::generate) can do more.
    ///
    /// Of the parameters `background`, `quality`, `style`, `user` and `output_compression` are ignored, and an unknown model is
    /// replaced by the default one without a word. `response_format` makes no difference here: the URL that it may ask for is a
    /// `data:` URL, and is decoded like base64.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{ImageSize, SimpleGenerateImageRequest};
    ///
    /// let request = SimpleGenerateImageRequest::new("a canal at night").size(ImageSize::Size1024x1024);
    /// venice.images().generations(request).await?.into_image()?.save("canal.png").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: an empty prompt or one of more than 1,500 characters, and `n` other than 1.
    pub fn generations(&self, request: impl Into<SimpleGenerateImageRequest>) -> Call<GeneratedImages> {
        let call = self.client.raw().simple_generate_image(&request.into());
        call.read(ReplyForm::Json, GeneratedImages::of_list)
    }

    /// The names that `style_preset` takes. Needs no key and costs nothing.
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
        call.read(ReplyForm::Json, |reply| reply.json().map(Styles::into_names))
    }

    /// Enlarges an image twice or four times. The result is a PNG of 16,777,216 pixels at most, so a large image is enlarged less
    /// than `scale(4)` says.
    ///
    /// A file goes as a form. Text is base64 or a `data:` URL; a URL is not taken here.
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
    /// Refused before anything is sent: a URL, what is no image, 25 MB or more, fewer than 65,536 pixels, so many that the result has
    /// too many, a scale other than 2 and 4.
    pub fn upscale(&self, request: impl Into<UpscaleImageRequest>) -> Call<Image> {
        let request = requests::upscale(request.into());
        let call = checks::upscale(self.client.raw().upscale_image(&request), &request);
        image_of(call)
    }

    /// Changes an image as a text says. The result is a PNG for the resolution `1K` and a JPEG for larger ones, unless
    /// `output_format` says otherwise: see [`Image::extension`].
    ///
    /// A file goes as a form. Text is a URL, base64 or a `data:` URL.
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
    /// Refused before anything is sent: an empty prompt, what is no image, 25 MB or more, fewer than 65,536 pixels or more than
    /// 33,177,600.
    pub fn edit(&self, request: impl Into<EditImageRequest>) -> Call<Image> {
        let request = requests::edit(request.into());
        let call = self.client.raw().edit_image(&request).checked_files(&request);
        let call = call.checked(checks::transparent(request.transparent_background, request.output_format.as_ref()));
        image_of(call)
    }

    /// Makes one image of several, as a text says. The first image is the base, the others are layers or references; how many a
    /// model takes is its `max_input_images`, three where that is missing.
    ///
    /// Files go as a form, and base64 with them. URLs go as JSON, and cannot go together with files: use
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
    /// Refused before anything is sent: no image, URLs beside files, and of each image what [`edit`](Self::edit) refuses.
    pub fn multi_edit(&self, request: impl Into<MultiEditImageRequest>) -> Call<Image> {
        let (request, finding) = requests::multi_edit(request.into());
        let call = self.client.raw().multi_edit_image(&request).checked_files(&request);
        let call = call.checked(checks::transparent(request.transparent_background, request.output_format.as_ref()));
        image_of(call.checked(finding))
    }

    /// Cuts the subject of an image out: the result is a PNG with a transparent background.
    ///
    /// A file goes as a form, base64 and `data:` URLs as `image`, a URL as `image_url`, wherever in the request it stands.
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
    /// Refused before anything is sent: no image or two, and what is no image.
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
