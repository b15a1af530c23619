//! Kinds of models beside each other, and the kind that is chosen.

#![allow(clippy::unwrap_used)]

mod support;

use support::{json, reference, run};

#[test]
fn kinds_are_compared_on_the_same_folds_and_the_verdict_follows_from_the_intervals() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first.json"), folder.path().join("second.json"));
    let line = "compare {} --label cell_type --folds 3 --models weighted,logistic,logistic:l2=1000 --json {}";
    let ended = run(&format!("{line} --threads 1"), &[&reference(), &first]);
    assert!(ended.status < 2, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("logistic:l2=1000") && ended.stdout.contains("95 % interval"),
        "{}",
        ended.stdout
    );
    assert!(run(&format!("{line} --threads 2"), &[&reference(), &second]).status < 2);

    let (mut record, mut again) = (json(&first), json(&second));
    let timing = record["timing"].take();
    assert_eq!(timing["steps"].as_array().unwrap().len(), 3);
    again["timing"].take();
    assert_eq!(record, again, "all but the time is the same");

    let comparison = &record["comparison"];
    let models = comparison["models"].as_array().unwrap();
    let names: Vec<&str> = models.iter().map(|model| model["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["weighted", "logistic", "logistic:l2=1000"]);
    assert_eq!(models[2]["settings"]["l2"], 1000.0);
    // A kind alone gets the scores that it gets beside others.
    let alone = folder.path().join("alone.json");
    let evaluated =
        run("evaluate {} --label cell_type --folds 3 --model logistic --json {}", &[&reference(), &alone]);
    assert!(evaluated.status < 2, "{}", evaluated.stderr);
    assert_eq!(json(&alone)["metrics_plain"], models[1]["metrics"]);

    let differences = comparison["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 6, "three pairs, two scores");
    for pair in differences {
        let number = |key: &str| pair[key].as_f64().unwrap();
        assert!(number("difference") >= 0.0 && number("low") <= number("high"), "{pair}");
        let score = |name: &serde_json::Value| {
            let model = models.iter().find(|model| model["name"] == *name).unwrap();
            model["metrics"][pair["score"].as_str().unwrap()].as_f64().unwrap()
        };
        let difference = score(&pair["better"]) - score(&pair["other"]);
        assert!((difference - number("difference")).abs() < 1e-12, "{pair}");
    }
    let beaten = |winner: &str| {
        differences
            .iter()
            .filter(|pair| {
                pair["score"] == "f1_macro" && pair["better"] == winner && pair["low"].as_f64() > Some(0.0)
            })
            .count()
    };
    match comparison["winner"].as_str() {
        Some(winner) => assert_eq!(beaten(winner), 2),
        None => assert!(names.iter().all(|name| beaten(name) < 2)),
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refused = |models: &str, words: &str| {
        let ended = run(&format!("compare {{}} --label cell_type --models {models}"), &[&reference()]);
        assert_eq!(ended.status, 2);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    };
    refused("logistic", "two or more");
    refused("logistic,logistic:l2=1.0", "named twice");
    refused("logistic,magic", "`magic`");
    refused("logistic,weighted:epochs=3", "no setting `epochs`");
    refused("logistic,weighted:l2", "found `l2`");
}

#[test]
fn auto_takes_a_kind_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (model, record) = (folder.path().join("m.ferrocyte"), folder.path().join("run.json"));
    let ended = run(
        "train {} --label cell_type --model auto --folds 3 -o {} --json {}",
        &[&reference(), &model, &record],
    );
    assert!(ended.status < 2, "{}", ended.stderr);
    let record = json(&record);
    let chosen =
        record["choices"].as_array().unwrap().iter().find(|choice| choice["setting"] == "model").unwrap();
    assert_eq!(chosen["origin"], "detected");
    assert_eq!(record["model"]["kind"], chosen["value"]);
    assert!(
        record["warnings"].as_array().unwrap().iter().any(|warning| warning["code"] == "chosen-by-score")
    );
    let models = record["comparison"]["models"].as_array().unwrap();
    let taken = models.iter().find(|model| model["name"] == chosen["value"]).unwrap();
    let folds = record["folds"].as_array().unwrap();
    if folds.iter().all(|fold| fold["chosen"] == chosen["value"]) {
        assert_eq!(record["metrics_plain"], taken["metrics"], "chosen in every fold, it has the same score");
    }
    assert!(folds.iter().all(|fold| fold["chosen"].is_string()));

    for (options, words) in
        [("--no-score", "by its score on held-out cells"), ("--l2 3", "found the setting `l2`")]
    {
        let other = folder.path().join("none.ferrocyte");
        let ended = run(
            &format!("train {{}} --label cell_type --model auto {options} -o {{}}"),
            &[&reference(), &other],
        );
        assert_eq!(ended.status, 2);
        assert!(ended.stderr.contains(words) && !other.exists(), "{}", ended.stderr);
    }
}

#[test]
fn genes_are_chosen_for_any_kind_and_words_that_choose_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (words, genes) in [("--genes hvg:50", 50..=50), ("--genes top:5 --genes columns", 6..=50)] {
        for kind in ["logistic", "mlp:epochs=1"] {
            let (model, record) = (folder.path().join("m.ferrocyte"), folder.path().join("run.json"));
            let line =
                format!("train {{}} --label cell_type --model {kind} --folds 2 {words} -o {{}} --json {{}}");
            let ended = run(&line, &[&reference(), &model, &record]);
            assert!(ended.status < 2, "{}", ended.stderr);
            let record = json(&record);
            let found = record["model"]["genes"].as_u64().unwrap();
            assert!(genes.contains(&found), "{words} {kind}: {found}");
            let choices = record["choices"].as_array().unwrap();
            let told = choices.iter().find(|choice| choice["setting"] == "genes the model may use").unwrap();
            assert_eq!(told["origin"], "flag");
        }
    }
    for words in ["hvg", "hvg:0", "best:3"] {
        let ended = run(&format!("evaluate {{}} --label cell_type --genes {words}"), &[&reference()]);
        assert_eq!(ended.status, 2);
        assert!(ended.stderr.contains("`hvg:N`") && ended.stderr.contains("`rows`"), "{}", ended.stderr);
    }
    let ended = run("inspect {} --genes hvg:50", &[&reference()]);
    assert_eq!(ended.status, 2, "only training chooses genes");
}
