//! Documents that are made from code say what the code says.

#[test]
fn generated_documents_are_current() {
    for document in xtask::generated::all().unwrap() {
        assert!(document.is_current(), "`{}` is out of date: run `cargo xtask docs`", document.path);
    }
}
