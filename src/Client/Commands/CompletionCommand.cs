using System.CommandLine;

namespace Teleport.Client.Commands;

/// <summary><c>completion SHELL</c>: a script by which a shell completes what is typed.</summary>
public static class CompletionCommand
{
    /// <summary>Makes the command for a program.</summary>
    public static Command Create(string program)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", $"Prints a script that completes {program}'s commands and flags, as: source <({program} completion bash)") { shell };
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(Script(program, parsed.GetValue(shell)!)));
        return command;
    }

    private static string Script(string program, string shell) => shell switch
    {
        "bash" => $$"""
            _{{program}}() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$({{program}} "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _{{program}} {{program}}

            """,
        "zsh" => $$"""
            #compdef {{program}}
            _{{program}}() {
                local -a found
                found=("${(@f)$({{program}} "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -a found
            }
            compdef _{{program}} {{program}}

            """,
        _ => $$"""
            function __{{program}}_complete
                set -l line (commandline -cp)
                {{program}} "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
            end
            complete -f -c {{program}} -a '(__{{program}}_complete)'

            """,
    };
}
