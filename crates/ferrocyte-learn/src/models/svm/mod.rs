//! Linear support vector machines, one for each label against the rest.

mod fit;
mod machine;
mod params;
mod temperature;
#[cfg(test)]
mod tests;

pub use params::{Svm, SvmParams};
