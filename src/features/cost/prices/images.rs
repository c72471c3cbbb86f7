//! `Prices::{image, edit, multi_edit, upscale}`: prices of images.

use super::tokens::count;
use super::{Prices, money};
use crate::api::generated::types::{
    EditImageRequest, GenerateImageRequest, Level, Money, MultiEditImageRequest, QualityPricing, UpscaleImageRequest,
};

impl Prices<'_> {
    /// The list price of generating images: all variants, by resolution and quality. For a missing field it is that of the model's default,
    /// or the highest price if the list does not have a default. `enhance_prompt` and a web search are charged in addition, at prices that
    /// are not in the list.
    ///
    /// ```no_run
    /// # fn example(model: venice_ai::types::Model) {
    /// use venice_ai::cost::Prices;
    /// use venice_ai::types::GenerateImageRequest;
    ///
    /// let request = GenerateImageRequest::new(model.id.clone(), "A gondola").variants(4);
    /// println!("{:?}", Prices::of(&model).image(&request));
    /// # }
    /// ```
    #[must_use]
    pub fn image(&self, request: &GenerateImageRequest) -> Option<Money> {
        let quality = request.quality.as_ref().map(Level::as_str);
        self.images(request.resolution.as_deref(), quality, count(request.variants).max(1))
    }

    /// The list price of editing an image.
    #[must_use]
    pub fn edit(&self, request: &EditImageRequest) -> Option<Money> {
        self.edited_images(1, request.resolution.as_deref(), None)
    }

    /// The list price of combining images into one: images beyond the included number are charged.
    #[must_use]
    pub fn multi_edit(&self, request: &MultiEditImageRequest) -> Option<Money> {
        let quality = request.quality.as_ref().map(Level::as_str);
        self.edited_images(request.images.len() as u64, request.resolution.as_deref(), quality)
    }

    /// The list price of upscaling an image; twofold unless the request says fourfold.
    #[must_use]
    pub fn upscale(&self, request: &UpscaleImageRequest) -> Option<Money> {
        self.upscaled_image(request.scale)
    }

    pub(crate) fn images(self, resolution: Option<&str>, quality: Option<&str>, images: u64) -> Option<Money> {
        let one = self.by_size(resolution, quality).or_else(|| self.list()?.generation.clone())?;
        self.paid(money::times(&one, images.into()))
    }

    pub(crate) fn edited_images(self, images: u64, resolution: Option<&str>, quality: Option<&str>) -> Option<Money> {
        let list = self.list()?;
        let one = self.by_size(resolution, quality).or_else(|| list.inpaint.clone())?;
        let price = match &list.input_images {
            None => one,
            Some(inputs) => {
                let beyond = images.saturating_sub(count(Some(inputs.included)));
                money::plus(&one, &money::times(&inputs.additional, beyond.into()))
            }
        };
        self.paid(price)
    }

    pub(crate) fn upscaled_image(self, scale: Option<i64>) -> Option<Money> {
        let upscale = self.list()?.upscale.as_ref()?;
        let price = match scale {
            None | Some(2) => upscale.x2x.clone(),
            Some(4) => upscale.x4x.clone(),
            Some(_) => money::max(&upscale.x2x, &upscale.x4x),
        };
        self.paid(price)
    }

    /// The price of an image by its resolution, or by resolution and quality, for models with such prices.
    fn by_size(self, resolution: Option<&str>, quality: Option<&str>) -> Option<Money> {
        let list = self.list()?;
        let defaults = self.model.model_spec.constraints.as_ref();
        let resolution = resolution.or_else(|| defaults?.default_resolution.as_deref());
        let quality = quality.or_else(|| defaults?.default_quality.as_ref().map(Level::as_str));
        if let Some(by_quality) = &list.quality {
            let named = resolution.map(|name| by_quality.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)));
            let sizes: Vec<&QualityPricing> = match named {
                Some(named) => named.map(|(_, size)| size).collect(),
                None => by_quality.values().collect(),
            };
            return money::highest(sizes.into_iter().flat_map(|size| of_quality(size, quality)));
        }
        let sizes = list.resolutions.as_ref()?;
        match resolution {
            Some(name) => sizes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, price)| price.clone()),
            None => money::highest(sizes.values()),
        }
    }
}

/// The price of one quality, or of all if none is given.
fn of_quality<'p>(size: &'p QualityPricing, quality: Option<&str>) -> impl Iterator<Item = &'p Money> {
    let all = [("low", &size.low), ("medium", &size.medium), ("high", &size.high)];
    let quality = quality.map(str::to_owned);
    all.into_iter()
        .filter(move |(name, _)| quality.as_deref().is_none_or(|quality| quality == *name))
        .filter_map(|(_, price)| price.as_ref())
}
