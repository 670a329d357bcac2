//! The operator's name, colour and logo on the pages.

mod color;
mod logo;

pub use color::{Color, InvalidColor};
pub use logo::{InvalidLogo, Logo};

/// The operator's settings for the look of the pages. Doorward's own look fills the gaps.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The name of the site.
    pub name: Option<String>,
    /// The colour of buttons and links.
    pub color: Option<Color>,
    /// The image above every page's heading.
    pub logo: Option<Logo>,
}
