//! SVG → PNG, with the built-in typeface and no other.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::typeface::{FAMILY, FONT};

/// Pixels for each unit: as many as a phone has.
const DENSITY: f32 = 2.0;

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    Options { fontdb: Arc::new(fonts), font_family: FAMILY.to_owned(), ..Options::default() }
});

/// A picture of ours as a PNG file.
pub(super) fn png(svg: &str) -> Vec<u8> {
    let tree = Tree::from_str(svg, &OPTIONS).expect("an SVG made here is well-formed");
    let size = tree.size().to_int_size().scale_by(DENSITY).expect("a picture made here has a sane size");
    let mut pixels = Pixmap::new(size.width(), size.height()).expect("the size is not 0");
    resvg::render(&tree, Transform::from_scale(DENSITY, DENSITY), &mut pixels.as_mut());
    pixels.encode_png().expect("pixels in memory can be encoded")
}
