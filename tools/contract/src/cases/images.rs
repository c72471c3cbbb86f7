//! Images: drawn, changed, enlarged, cut out; as JSON and as forms.

use venice_ai::FileInput;
use venice_ai::types::*;

use super::Cost::{Free, Usd};
use super::Size::{Maximal, Minimal, Only};
use super::samples::{PICTURE_URL, picture, picture_base64};
use super::{Case, Scene, Stop, case};

const PROMPT: &str = "a canal at night";

pub fn cases() -> Vec<Case> {
    let mut cases = drawing();
    cases.extend(changing());
    cases
}

fn drawing() -> Vec<Case> {
    vec![
        case("listImageStyles", Only, Free, |scene| async move {
            scene.venice().images().styles().await?;
            Ok(())
        }),
        case("generateImage", Minimal, Usd(0.1), |scene| async move {
            let request = GenerateImageRequest::new(scene.model(ModelFilter::Image).await?, PROMPT);
            scene.venice().images().generate(request).await?;
            Ok(())
        }),
        case("generateImage", Maximal, Usd(0.4), |scene| async move {
            let request = maximal(&scene).await?.variants(1);
            scene.venice().images().generate(request).await?;
            Ok(())
        }),
        case("generateImage", Maximal, Usd(0.2), |scene| async move {
            let request = maximal(&scene).await?.return_binary(true);
            scene.venice().images().generate(request).await?.into_image()?.bytes().await?;
            Ok(())
        })
        .leaving_out(&["inpaint"]), // The document says that it does nothing any more.
        case("simpleGenerateImage", Minimal, Usd(0.1), |scene| async move {
            scene.venice().images().generations(SimpleGenerateImageRequest::new("z-image-turbo", PROMPT)).await?;
            Ok(())
        }),
        case("simpleGenerateImage", Maximal, Usd(0.2), |scene| async move {
            let request = SimpleGenerateImageRequest::new(scene.model(ModelFilter::Image).await?, PROMPT)
                .anon_user_id("venice-contract")
                .background(ImageBackground::Auto)
                .moderation(ImageModeration::Auto)
                .n(1)
                .output_compression(80)
                .output_format(ImageFormat::Png)
                .quality(ImageQuality::Auto)
                .response_format(ImageResponseFormat::B64Json)
                .size(ImageSize::Auto)
                .style(ImageStyle::Natural)
                .user("venice-contract");
            scene.venice().images().generations(request).await?;
            Ok(())
        }),
    ]
}

async fn maximal(scene: &Scene) -> Result<GenerateImageRequest, Stop> {
    Ok(GenerateImageRequest::new(scene.model(ModelFilter::Image).await?, PROMPT)
        .anon_user_id("venice-contract")
        .aspect_ratio("1:1")
        .cfg_scale(7.5)
        .disable_prompt_optimization_thinking(true)
        .embed_exif_metadata(false)
        .enable_web_search(false)
        .enhance_prompt(false)
        .format(ImageFormat::Png)
        .height(256)
        .hide_watermark(true)
        .lora_strength(50)
        .negative_prompt("people")
        .quality(Level::Low)
        .resolution("1K")
        .safe_mode(true)
        .seed(7)
        .steps(4)
        .style_preset("Photographic")
        .style_references([StyleReference::new(picture_base64()).strength(0.5)])
        .transparent_background(false)
        .width(256))
}

fn changing() -> Vec<Case> {
    vec![
        case("upscaleImage", Minimal, Usd(0.05), |scene| async move {
            scene
                .venice()
                .images()
                .upscale(UpscaleImageRequest::new(FileInput::text(picture_base64())))
                .await?
                .bytes()
                .await?;
            Ok(())
        }),
        case("upscaleImage", Maximal, Usd(0.05), |scene| async move {
            let request = UpscaleImageRequest::new(picture()).creativity(0.2).scale(2);
            scene.venice().images().upscale(request).await?.bytes().await?;
            Ok(())
        }),
        case("editImage", Minimal, Usd(0.1), |scene| async move {
            scene
                .venice()
                .images()
                .edit(EditImageRequest::new(FileInput::text(picture_base64()), PROMPT))
                .await?
                .bytes()
                .await?;
            Ok(())
        }),
        case("editImage", Maximal, Usd(0.2), |scene| async move {
            let request = EditImageRequest::new(picture(), PROMPT)
                .anon_user_id("venice-contract")
                .aspect_ratio(ImageAspectRatio::Auto)
                .disable_prompt_optimization_thinking(true)
                .enhance_prompt(false)
                .model(scene.model(ModelFilter::Inpaint).await?)
                .output_format(ImageFormat::Png)
                .resolution("1K")
                .safe_mode(true)
                .transparent_background(false);
            scene.venice().images().edit(request).await?.bytes().await?;
            Ok(())
        }),
        case("multiEditImage", Minimal, Usd(0.1), |scene| async move {
            let request = MultiEditImageRequest::new(PROMPT, [FileInput::text(picture_base64())]);
            scene.venice().images().multi_edit(request).await?.bytes().await?;
            Ok(())
        }),
        case("multiEditImage", Maximal, Usd(0.2), |scene| async move {
            let request = MultiEditImageRequest::new(PROMPT, [picture(), picture()])
                .anon_user_id("venice-contract")
                .aspect_ratio(ImageAspectRatio::Auto)
                .disable_prompt_optimization_thinking(true)
                .enhance_prompt(false)
                .model(scene.model(ModelFilter::Inpaint).await?)
                .output_format(ImageFormat::Png)
                .quality(Level::Low)
                .resolution("1K")
                .safe_mode(true)
                .transparent_background(false);
            scene.venice().images().multi_edit(request).await?.bytes().await?;
            Ok(())
        }),
        case("backgroundRemoveImage", Minimal, Usd(0.05), |scene| async move {
            let request = BackgroundRemoveImageRequest::new().image(picture());
            scene.venice().images().remove_background(request).await?.bytes().await?;
            Ok(())
        }),
        // The other of the two ways to name the image.
        case("backgroundRemoveImage", Maximal, Usd(0.05), |scene| async move {
            let request = BackgroundRemoveImageRequest::new().image_url(PICTURE_URL).anon_user_id("venice-contract");
            scene.venice().images().remove_background(request).await?.bytes().await?;
            Ok(())
        })
        .leaving_out(&["image"]),
    ]
}
