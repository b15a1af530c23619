//! Pages are read back as a browser reads them, and held against the record they were drawn from.

mod dom;
mod numbers;
mod records;

use std::collections::BTreeSet;

use dom::Page;
use ferrocyte_core::{Flow, RunRecord, SplitKind, Warning};
use ferrocyte_report::{RenderOptions, Theme, parse_record, render};

fn page_of(record: &RunRecord) -> Page {
    Page::read(&render(record, &RenderOptions::default()))
}

#[test]
fn every_page_is_well_formed() {
    for (name, record) in records::all() {
        let page = page_of(&record);
        assert_eq!(page.errors, Vec::<String>::new(), "{name}");
        let ids: Vec<String> = page.elements().iter().filter_map(|element| element.attribute("id")).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}: an id stands twice");
        for link in page.named("a") {
            let target = link.attribute("href").unwrap();
            assert!(ids.iter().any(|id| target == format!("#{id}")), "{name}: nothing at {target}");
        }
    }
}

#[test]
fn every_page_can_be_used_without_eyes() {
    for (name, record) in records::all() {
        let page = page_of(&record);
        for element in ["h1", "main", "nav", "footer"] {
            assert_eq!(page.named(element).len(), 1, "{name}: {element}");
        }
        for head in page.named("th") {
            assert!(head.attribute("scope").is_some(), "{name}: `{}` heads nothing", head.text());
        }
        for picture in page.named("svg") {
            let told = picture.attribute("aria-label").is_some_and(|words| !words.is_empty());
            assert!(told || picture.attribute("aria-hidden").is_some(), "{name}: a picture without words");
        }
        for region in page.classed("scroll") {
            assert!(
                region.attribute("aria-label").is_some() && region.attribute("tabindex").is_some(),
                "{name}"
            );
        }
    }
}

#[test]
fn nothing_is_loaded() {
    for (name, record) in records::all() {
        let page = page_of(&record);
        let policy = page
            .named("meta")
            .into_iter()
            .find(|meta| meta.attribute("http-equiv").as_deref() == Some("Content-Security-Policy"))
            .and_then(|meta| meta.attribute("content"))
            .unwrap();
        assert!(policy.starts_with(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
        ));
        for element in page.elements() {
            let tag = element.name();
            assert!(
                !["link", "img", "image", "iframe", "object", "embed", "use", "form", "base"]
                    .contains(&tag.as_str()),
                "{tag}"
            );
            for (attribute, value) in element.attributes() {
                assert!(
                    !["src", "srcset", "action", "xlink:href"].contains(&attribute.as_str()),
                    "{name}: {attribute}"
                );
                assert!(attribute != "href" || value.starts_with('#'), "{name}: {value}");
                assert!(attribute != "style" || !value.contains("url("), "{name}: {value}");
            }
        }
    }
}

#[test]
fn labels_are_text_and_nothing_else() {
    let plain = page_of(&records::evaluation(&records::labels(records::WEIRD.len())));
    let record = records::evaluation(&records::weird_labels());
    let page = page_of(&record);
    for element in ["script", "style", "b"] {
        assert_eq!(page.named(element).len(), plain.named(element).len(), "a label made a `{element}`");
    }
    for element in page.elements() {
        for (attribute, _) in element.attributes() {
            assert!(!attribute.starts_with("on"), "a label made the attribute {attribute}");
        }
    }
    let table = page.id("labels").unwrap().text();
    for label in records::WEIRD.iter().filter(|label| !label.trim().is_empty()) {
        assert!(table.contains(label), "{label}");
    }
    assert!(table.contains("(no name)"), "an empty label has a place to read");
}

#[test]
fn the_headline_says_what_the_record_says() {
    let record = records::evaluation(&records::labels(13));
    let metrics = record.metrics_plain.unwrap();
    let page = page_of(&record);
    let large: Vec<f64> = page
        .classed("large")
        .iter()
        .flat_map(|figure| figure.named("data"))
        .map(|data| data.attribute("value").unwrap().parse().unwrap())
        .collect();
    assert_eq!(large, [metrics.accuracy, metrics.f1_macro]);
    assert_eq!(page.named("h1")[0].text().trim(), "How well a logistic model labels cells of kang.h5ad");

    let page = page_of(&records::annotation(&records::labels(13)));
    let large: Vec<String> =
        page.classed("large").iter().map(|figure| figure.text().trim().to_owned()).collect();
    assert_eq!(large, ["4,321", "7", "5,012", "6,204", "12,990"]);
}

#[test]
fn a_score_never_stands_without_what_it_is_a_score_on() {
    let mut record = records::evaluation(&records::labels(3));
    let said = |record: &RunRecord| page_of(record).classed("scored-on")[0].text();
    assert!(said(&record).contains("Unseen"), "{}", said(&record));
    record.splits.as_mut().unwrap().kind = SplitKind::LeaveOneGroupOut;
    assert!(said(&record).contains("one at a time"));
    record.splits.as_mut().unwrap().kind = SplitKind::StratifiedCells;
    assert!(said(&record).contains("same donors") && said(&record).contains("expect less"));
    assert_eq!(page_of(&record).classed("flatters").len(), 1);
    record.splits = None;
    assert!(said(&record).contains("may flatter"));
}

#[test]
fn warnings_stand_before_the_results_the_gravest_first() {
    let record = records::evaluation(&records::labels(3));
    let html = render(&record, &RenderOptions::default());
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("`{text}` is not on the page"));
    assert!(place("a grave warning") < place("a note on"));
    assert!(place("a note on") < place("<main"));
    let mut quiet = record;
    quiet.warnings = vec![];
    assert!(render(&quiet, &RenderOptions::default()).contains("no warnings"));
    quiet.warnings = vec![Warning::new("odd", "")];
    assert_eq!(page_of(&quiet).errors.len(), 0);
}

#[test]
fn what_the_record_lacks_the_page_leaves_out() {
    for flow in [Flow::Train, Flow::Evaluate, Flow::Annotate, Flow::Compare] {
        let page = page_of(&RunRecord::new(flow, "0.1.0", 0));
        assert_eq!(page.named("main")[0].named("section").len(), 1, "only what every run has");
        assert!(page.id("again").is_some());
    }
    let page = page_of(&records::evaluation(&records::labels(13)));
    for part in [
        "scores",
        "labels",
        "confusion",
        "mix-ups",
        "doubtful",
        "folds",
        "reliability",
        "training",
        "composition",
        "model",
        "inputs",
        "choices",
        "again",
    ] {
        assert!(page.id(part).is_some(), "{part}");
    }
    let page = page_of(&records::annotation(&records::labels(13)));
    for part in ["predictions", "why", "genes"] {
        assert!(page.id(part).is_some(), "{part}");
    }
}

#[test]
fn a_comparison_begins_with_its_verdict_and_marks_what_may_be_chance() {
    let text = render(&records::comparison(&records::labels(3)), &RenderOptions::default());
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(place("No kind is clearly the best") < place("<main"));
    assert!(place("id=\"comparison\"") < place("id=\"scores\""));
    assert_eq!(text.matches("may be chance").count(), 1);
    assert!(text.contains("412.0 MB") && text.contains("not converged"));
}

#[test]
fn choices_say_where_they_came_from() {
    let page = page_of(&records::evaluation(&records::labels(2)));
    let choices = page.id("choices").unwrap().text();
    for word in ["default", "flag", "detected", "because 7 of 9 agree"] {
        assert!(choices.contains(word), "{word}");
    }
}

#[test]
fn the_same_record_gives_the_same_page() {
    let record = records::evaluation(&records::labels(13));
    let page = render(&record, &RenderOptions::default());
    assert_eq!(page, render(&record.clone(), &RenderOptions::default()));
    let json = serde_json::to_string(&record).unwrap();
    assert_eq!(page, render(&parse_record(&json).unwrap(), &RenderOptions::default()));
}

#[test]
fn options_change_title_and_theme() {
    let options = RenderOptions { title: Some("Kang, <all> donors".into()), theme: Theme::Dark };
    let page = Page::read(&render(&records::evaluation(&records::labels(2)), &options));
    assert_eq!(page.named("h1")[0].text().trim(), "Kang, <all> donors");
    assert_eq!(page.named("html")[0].attribute("data-theme").as_deref(), Some("dark"));
}

#[test]
fn numbers_no_run_should_give_still_make_a_page() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300, -1e-320] {
        let mut record = records::evaluation(&records::labels(3));
        record.predictions = records::annotation(&records::labels(3)).predictions;
        let metrics = record.metrics_plain.as_mut().unwrap();
        (metrics.accuracy, metrics.log_loss) = (odd, Some(odd));
        record.per_class[0].f1 = odd;
        record.folds[1].metrics.accuracy = odd;
        for bin in &mut record.reliability {
            (bin.low, bin.mean_confidence, bin.accuracy) = (odd, odd, odd);
        }
        for curve in &mut record.training.as_mut().unwrap().curves {
            curve.values.extend([odd, 1.0, f64::MAX, f64::MIN]);
        }
        record.timing.as_mut().unwrap().steps[0].secs = odd;
        record.confusion.as_mut().unwrap().counts[0] = vec![u64::MAX, u64::MAX];
        record.data.cells_used = usize::MAX;
        record.predictions.as_mut().unwrap().confidence_histogram = vec![usize::MAX; 3];
        let page = page_of(&record);
        assert_eq!(page.errors, Vec::<String>::new());
        for element in page.elements() {
            for (attribute, value) in element.attributes() {
                let drawn = [
                    "x", "y", "cx", "cy", "x1", "x2", "y1", "y2", "width", "height", "d", "style", "viewBox",
                ];
                assert!(
                    !drawn.contains(&attribute.as_str()) || !(value.contains("NaN") || value.contains("inf")),
                    "{odd}: {attribute}={value}"
                );
            }
        }
    }
}
