//! What all kinds of network are: training, the model, its arrays. A kind says what is its own as an [`Architecture`].

mod architecture;
mod fit;
mod model;
mod prepared;
mod stored;

pub(super) use architecture::Architecture;
pub(super) use fit::fit_by;
pub(super) use model::NetworkModel;
pub(super) use prepared::Prepared;
