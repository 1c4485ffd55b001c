//! `gleaner completion`: prints a script with which a shell completes commands, options and their values.

use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::{Cli, Outcome, output};

/// Arguments of `gleaner completion`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner completion bash > ~/.local/share/bash-completion/completions/gleaner\n  gleaner completion zsh > ~/.zfunc/_gleaner      # with fpath+=(~/.zfunc) before compinit in ~/.zshrc\n  gleaner completion fish > ~/.config/fish/completions/gleaner.fish"
)]
pub struct CompletionArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `gleaner completion`.
pub fn run(args: &CompletionArgs) -> Result<Outcome> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "gleaner", &mut script);
    output::print_data(String::from_utf8(script)?.trim_end())?;
    Ok(Outcome::Success)
}
