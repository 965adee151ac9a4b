//! Plugins and the products that are plugins: what is there ([`inventory`]), whether they can be installed, switched and
//! removed ([`lifecycle`], with a plugin of our own), whether products follow their switch ([`products`]), and whether the user's own
//! make way for new versions ([`upgraded`]).

pub(super) mod inventory;
pub(super) mod lifecycle;
pub(super) mod products;
pub(super) mod upgraded;

pub(crate) use products::PRODUCTS;
pub(crate) use upgraded::PLUGIN_UPGRADE;
