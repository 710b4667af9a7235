using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// The one way from a string to HTML. Whatever a depositor, an operator or a planted file chose is text here: markup is
/// encoded, and marks that reorder a line or cannot be seen are shown as <c>\u{hex}</c>.
/// </summary>
internal sealed class HtmlText
{
    private readonly StringBuilder html = new(16 << 10);

    /// <summary>Markup of ours, as it is.</summary>
    public HtmlText Markup(string markup)
    {
        html.Append(markup);
        return this;
    }

    /// <summary>Text of anybody's.</summary>
    public HtmlText Text(string text)
    {
        html.Append(Encode(TextRules.Escape(text)));
        return this;
    }

    /// <summary>A text of several lines: only the line feeds in it are kept as they are.</summary>
    public HtmlText Lines(string text)
    {
        html.AppendJoin('\n', text.TrimEnd('\n').Split('\n').Select(line => Encode(TextRules.Escape(line))));
        return this;
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(html.ToString());

    // By hand: the framework's encoder may change what else it encodes, and equal content must give equal bytes.
    private static string Encode(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>\"'") < 0)
            return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => encoded.Append("&amp;"),
                '<' => encoded.Append("&lt;"),
                '>' => encoded.Append("&gt;"),
                '"' => encoded.Append("&quot;"),
                '\'' => encoded.Append("&#39;"),
                _ => encoded.Append(c),
            };
        }

        return encoded.ToString();
    }
}
