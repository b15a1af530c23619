//! Classifiers of log-normalised cells.
