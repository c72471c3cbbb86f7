//! Images: generated into a file, edited, upscaled, and with the background removed.
//!
//! ```text
//! cargo run --example images                                   # on the bundled mock
//! VENICE_API_KEY=… cargo run --example images -- "a red boat"  # four images by the real API, for some cents
//! ```

mod common;

use std::path::{Path, PathBuf};

use venice_ai::images::Image;
use venice_ai::types::{EditImageRequest, GenerateImageRequest, ImageFormat, UpscaleImageRequest};
use venice_ai::{Error, Upload};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (venice, _mock) = common::client_or_mock().await?;
    let prompt = std::env::args().nth(1).unwrap_or_else(|| "a gondola on a canal at night".to_owned());
    let folder = std::env::temp_dir().join(format!("venice-ai-images-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;

    // With `return_binary` the image is saved as it arrives. Without it, it arrives as base64, and is used the same way.
    let request = GenerateImageRequest::new("default", prompt).format(ImageFormat::Webp).return_binary(true);
    let drawn = venice.images().generate(request).await?;
    if drawn.is_content_violation() || drawn.is_blurred() {
        println!("Not for everyone: {:?}", drawn.content_flags());
    }
    let drawing = save(drawn.into_image()?, &folder, "drawn").await?;

    let request = EditImageRequest::new(Upload::path(&drawing), "make it snow");
    save(venice.images().edit(request).await?, &folder, "in-snow").await?;

    let request = UpscaleImageRequest::new(Upload::path(&drawing)).scale(2);
    save(venice.images().upscale(request).await?, &folder, "enlarged").await?;

    save(venice.images().remove_background(drawing).await?, &folder, "cut-out").await?;
    Ok(())
}

/// Saves an image with the file extension of its format.
async fn save(image: Image, folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let path = folder.join(name).with_extension(image.extension().unwrap_or("bin"));
    let saved = image.save(&path).await?;
    println!("{:>9} bytes  {}", saved.bytes, path.display());
    Ok(path)
}
