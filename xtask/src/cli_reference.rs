//! The reference of the command line, from the program's own help.

/// Columns of the help, whatever terminal this runs in.
const WIDTH: usize = 100;

const INTRODUCTION: &str = "\
# The command line

Every command with all its options, as `ferrocyte COMMAND --help` shows them.
";

/// The reference as Markdown: one section per command, in the order of the program's help.
pub fn markdown() -> String {
    let mut program = ferrocyte_cli::command().term_width(WIDTH);
    program.build();
    let mut text = INTRODUCTION.to_owned();
    let mut waiting = vec![program];
    while let Some(mut command) = waiting.pop() {
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
        let help = command.render_long_help().to_string();
        let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
        text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.join("\n")));
        let described = command.get_subcommands().filter(|command| command.get_name() != "help");
        waiting.extend(described.cloned().collect::<Vec<_>>().into_iter().rev()); // a stack: the first on top
    }
    text
}
