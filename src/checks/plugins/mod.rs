//! Plugins and the products that are plugins: what is there ([`inventory`]), whether they can be installed, switched and
//! removed ([`lifecycle`], with a plugin of our own), and whether products follow their switch ([`products`]).

pub(super) mod inventory;
pub(super) mod lifecycle;
pub(super) mod products;

pub(crate) use products::PRODUCTS;
