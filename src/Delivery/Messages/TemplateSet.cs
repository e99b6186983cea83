using Scriban;
using Scriban.Runtime;
using Scriban.Syntax;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;

namespace Teleport.Delivery.Messages;

/// <summary>The templates of a plugin: defaults, and the files of the configuration in their place. Strict and bounded: a template can name only what there is, and cannot run on.</summary>
internal sealed class TemplateSet
{
    private const int MaxFileBytes = 64 * 1024;
    private const int MaxOutput = 64 * 1024;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, Template> _parts = new(StringComparer.Ordinal);

    private TemplateSet()
    {
    }

    /// <summary>Reads the templates, and tries each of them.</summary>
    /// <exception cref="OptionsException">A file cannot be read, or holds no good template: names the part, the line and what is wrong.</exception>
    public static TemplateSet Load(IReadOnlyDictionary<string, string> files, TextMarkup markup)
    {
        var set = new TemplateSet();
        foreach ((string part, string text) in DefaultTemplates.All)
        {
            set._parts[part] = Parse(part, files.TryGetValue(part, out string? file) ? Read(part, file) : text);
        }

        set.Try(markup);
        return set;
    }

    /// <summary>Renders a part.</summary>
    /// <exception cref="ScriptRuntimeException">It names something that there is not, or runs on.</exception>
    public string Render(string part, ScriptObject model, TextMarkup markup)
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        var context = new TemplateContext
        {
            StrictVariables = true,
            EnableRelaxedMemberAccess = false,
            EnableRelaxedTargetAccess = false,
            LoopLimit = 1000,
            RecursiveLimit = 10,
            LimitToString = MaxOutput,
            RegexTimeOut = TimeLimit,
            CancellationToken = limit.Token,
            TemplateLoader = null,
            NewLine = "\n",
        };
        context.PushGlobal(model);
        context.PushGlobal(Functions(markup));
        string text = _parts[part].Render(context);
        return text.Length > MaxOutput ? text[..MaxOutput] : text.Trim();
    }

    private static ScriptObject Functions(TextMarkup markup)
    {
        var functions = new ScriptObject();
        functions.Import("bold", (string text) => Markup.Bold(markup, text));
        functions.Import("link", (string label, string url) => Markup.Link(markup, label, url));
        return functions;
    }

    private static string Read(string part, string file)
    {
        try
        {
            var info = new FileInfo(file);
            return info.Length <= MaxFileBytes
                ? File.ReadAllText(file)
                : throw new OptionsException($"templates.{part}", $"the file {file} has more than {MaxFileBytes} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsException($"templates.{part}", $"the file {file} cannot be read: {e.Message}");
        }
    }

    private static Template Parse(string part, string text)
    {
        Template template = Template.Parse(text.ReplaceLineEndings("\n"), part);
        return template.HasErrors
            ? throw new OptionsException($"templates.{part}", $"is no template: {string.Join("; ", template.Messages.Take(3))}")
            : template;
    }

    // With a request of every standing, so that no branch shows its mistakes later.
    private void Try(TextMarkup markup)
    {
        foreach (AccessRequestStanding standing in Enum.GetValues<AccessRequestStanding>())
        {
            ScriptObject model = MessageModel.Of(SampleRequest.Of(standing), markup, "example", new Uri("https://proxy.example.com/web/requests/1"), MessageModel.Widest);
            model["review"] = MessageModel.Of(SampleRequest.Of(standing).Reviews[0], markup, MessageModel.Widest);
            foreach (string part in _parts.Keys)
            {
                try
                {
                    Render(part, model, markup);
                }
                catch (Exception e) when (e is ScriptRuntimeException or OperationCanceledException)
                {
                    throw new OptionsException($"templates.{part}", $"fails with a {standing} request as an example: {e.Message}");
                }
            }
        }
    }
}
