//! Photos that people send in: recognised by their content and not by their name, made small, and written anew, so that
//! nothing is left of camera, place and time, and of whatever else a file may carry beside the picture.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder, imageops::FilterType, metadata::Orientation,
};

/// Bytes of a photo.
pub const BYTES_MAX: u64 = 10 << 20;
/// Dots of a photo (像素): what the cameras of today's phones take at most by themselves.
pub const PIXELS_MAX: u64 = 50_000_000;
/// Dots of its shorter side; with fewer nobody sees what is sold.
pub const SIDE_MIN: u32 = 300;
/// The longest side of a photo.
const SIDE_MAX: u32 = 16_000;
/// Bytes that a photo may need while it is read.
const DECODED_BYTES_MAX: u64 = 160 << 20;
/// How much of the picture is kept, from 1 to 100.
const QUALITY: u8 = 82;

/// Why a photo is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It has more than [`BYTES_MAX`] bytes.
    #[error("the file is too large")]
    TooManyBytes,
    /// It is no JPEG, PNG or WebP.
    #[error("neither JPEG nor PNG nor WebP")]
    Kind,
    /// It has more dots than anybody needs.
    #[error("too many dots")]
    TooLarge,
    /// Its shorter side has fewer than [`SIDE_MIN`] dots.
    #[error("too few dots")]
    TooSmall,
    /// It cannot be read to its end.
    #[error("the picture is broken")]
    Broken,
}

impl PictureError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooManyBytes => "picture-bytes",
            Self::Kind => "picture-kind",
            Self::TooLarge => "picture-large",
            Self::TooSmall => "picture-small",
            Self::Broken => "picture-broken",
        }
    }
}

/// A photo in one size, as JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Width in dots.
    pub width: u32,
    /// Height in dots.
    pub height: u32,
    /// The file.
    pub jpeg: Vec<u8>,
}

/// A photo in each of the sizes asked for: a size is the longest side in dots; a smaller photo stays as small as it is.
/// Upright, whatever way the camera was held. Takes time and memory: call it on a thread of its own, one at a time.
///
/// # Errors
/// [`PictureError`].
pub fn renditions(bytes: &[u8], sizes: &[u32]) -> Result<Vec<Rendition>, PictureError> {
    if bytes.len() as u64 > BYTES_MAX {
        return Err(PictureError::TooManyBytes);
    }
    let picture = decoded(bytes)?;
    let made = sizes.iter().map(|size| {
        let small = flattened(&fitted(&picture, *size));
        let (width, height) = small.dimensions();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
            .encode_image(&small)
            .map_err(|_| PictureError::Broken)?;
        Ok(Rendition { width, height, jpeg })
    });
    made.collect()
}

/// The picture upright. Its size is known from its head and refused before anything is unpacked.
fn decoded(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let format = image::guess_format(bytes).map_err(|_| PictureError::Kind)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PictureError::Kind);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(PictureError::TooLarge);
    }
    if width.min(height) < SIDE_MIN {
        return Err(PictureError::TooSmall);
    }
    // A head that cannot be read tells nothing of the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn refused(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Broken,
    }
}

/// The picture within a square; first in large strides, which need no memory, then with care.
fn fitted(picture: &DynamicImage, size: u32) -> DynamicImage {
    let longest = picture.width().max(picture.height());
    if longest <= size {
        return picture.clone();
    }
    let near = size.saturating_mul(2);
    if longest > near {
        return picture.thumbnail(near, near).resize(size, size, FilterType::CatmullRom);
    }
    picture.resize(size, size, FilterType::CatmullRom)
}

/// The picture on white paper: JPEG knows nothing that is seen through.
fn flattened(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        let on_white = |part: u8| {
            let (part, alpha) = (u32::from(part), u32::from(alpha));
            u8::try_from((part * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([on_white(red), on_white(green), on_white(blue)])
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};
    use proptest::prelude::*;

    use super::*;

    /// Wide, red on the left and blue on the right.
    fn photo(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(
            width,
            height,
            |x, _| {
                if x < width / 2 { Rgb([200, 20, 20]) } else { Rgb([20, 20, 200]) }
            },
        )
    }

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A JPEG whose camera was turned to the right, with a note of the place.
    fn turned() -> Vec<u8> {
        let plain = written(&photo(800, 400).into(), ImageFormat::Jpeg);
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"GPS 27.338N 103.717E");
        let mut out = plain[..2].to_vec();
        out.extend_from_slice(&[0xFF, 0xE1]);
        out.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        out.extend_from_slice(&exif);
        out.extend_from_slice(&plain[2..]);
        out
    }

    fn seen(rendition: &Rendition) -> RgbImage {
        image::load_from_memory_with_format(&rendition.jpeg, ImageFormat::Jpeg).unwrap().to_rgb8()
    }

    #[test]
    fn a_photo_stands_upright_in_each_size_and_tells_nothing_of_its_place() {
        let bytes = turned();
        assert!(bytes.windows(3).any(|part| part == b"GPS"));
        let made = renditions(&bytes, &[600, 200]).unwrap();
        let sizes: Vec<(u32, u32)> = made.iter().map(|one| (one.width, one.height)).collect();
        assert_eq!(sizes, [(300, 600), (100, 200)]);
        for one in &made {
            assert!(!one.jpeg.windows(4).any(|part| part == b"Exif" || &part[..3] == b"GPS"));
            let picture = seen(one);
            assert_eq!(picture.dimensions(), (one.width, one.height));
            let (top, bottom) =
                (picture.get_pixel(one.width / 2, 5), picture.get_pixel(one.width / 2, one.height - 5));
            assert!(top[0] > 150 && bottom[2] > 150, "{top:?} {bottom:?}");
        }
        assert_eq!(renditions(&bytes, &[600, 200]).unwrap(), made, "the same file gives the same bytes");
    }

    #[test]
    fn what_is_seen_through_lies_on_white_and_nothing_is_made_larger() {
        let glass = RgbaImage::from_pixel(400, 300, Rgba([0, 0, 0, 0]));
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let made = renditions(&written(&glass.clone().into(), format), &[1_200]).unwrap();
            assert_eq!((made[0].width, made[0].height), (400, 300));
            assert!(seen(&made[0]).pixels().all(|dot| dot.0.iter().all(|part| *part > 250)));
        }
    }

    #[test]
    fn files_that_are_not_what_they_seem_are_refused() {
        let refused = |bytes: &[u8]| renditions(bytes, &[400]).unwrap_err();
        assert_eq!(
            refused(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
            PictureError::Kind
        );
        assert_eq!(refused(b"GIF89a\x01\0\x01\0\0\0\0;"), PictureError::Kind);
        assert_eq!(refused(b"PK\x03\x04"), PictureError::Kind);
        assert_eq!(refused(b""), PictureError::Kind);
        assert_eq!(refused(&vec![0xFF; 11 << 20]), PictureError::TooManyBytes);
        assert_eq!(refused(&written(&photo(800, 299).into(), ImageFormat::Png)), PictureError::TooSmall);
        let whole = written(&photo(800, 400).into(), ImageFormat::Png);
        assert_eq!(refused(&whole[..whole.len() / 2]), PictureError::Broken);
        // The head of a PNG that says it has ten thousand million dots, with nothing behind it.
        let mut bomb = whole;
        bomb[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
        assert!(matches!(refused(&bomb), PictureError::TooLarge | PictureError::Broken));
        // One that is small in the file and large in memory.
        let flat = written(&RgbImage::new(9_000, 6_000).into(), ImageFormat::Png);
        assert!(flat.len() < 1 << 20);
        assert_eq!(refused(&flat), PictureError::TooLarge);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn damage_is_refused_and_never_breaks_the_program(
            at in 0_usize..3_000, with in any::<u8>(), cut in 0_usize..3_000,
        ) {
            for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
                let mut bytes = written(&photo(320, 310).into(), format);
                let (at, cut) = (at % bytes.len(), cut % bytes.len());
                bytes[at] = with;
                bytes.truncate(bytes.len() - cut / 2);
                if let Ok(made) = renditions(&bytes, &[100]) {
                    prop_assert!(made[0].width.max(made[0].height) <= 100);
                }
            }
        }
    }
}
