//! One score per file: what it means, where its formula comes from, and the number.

mod accuracy;
mod average_precision;
mod brier;
mod calibration;
mod confusion;
mod f1;
mod kappa;
mod log_loss;
mod matthews;
mod ranking;
mod roc_auc;
mod tally;

pub(super) use average_precision::{average_precision, average_precision_of_draw};
pub(crate) use brier::brier;
pub(super) use brier::brier_of_cell;
pub use calibration::RELIABILITY_BINS;
pub(super) use calibration::{
    Confidence, confidences, expected_calibration_error, reliability, reliability_of_draw,
};
pub(super) use confusion::confusion;
pub use f1::F1Scope;
pub(super) use log_loss::{log_loss, log_loss_of_cell};
pub(crate) use ranking::Ranking;
pub(super) use ranking::{CellRanking, UnitRanking};
pub(crate) use roc_auc::roc_auc;
pub(super) use roc_auc::roc_auc_of_draw;
pub(crate) use tally::Tally;
