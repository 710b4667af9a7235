namespace Notary.Documents;

/// <summary>How a page looks, on a screen and on A4.</summary>
internal static class HtmlStyle
{
    /// <summary>One style sheet in the page itself: nothing is fetched, now or in thirty years.</summary>
    public const string Css = """
        @page{size:A4;margin:12mm 15mm 14mm;@bottom-center{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#555}}
        *{box-sizing:border-box}
        html{background:#f2f1ee;color:#1a1a1a;font:9.2pt/1.36 "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","Droid Sans Fallback",Arial,sans-serif;-webkit-print-color-adjust:exact;print-color-adjust:exact}
        body{background:#fff;max-width:210mm;margin:8mm auto;padding:14mm 15mm}
        h1,h2{font-family:"Noto Serif CJK SC","Source Han Serif SC","Songti SC",SimSun,"Droid Sans Fallback",Georgia,serif;font-weight:600;margin:0}
        h1{font-size:22pt;line-height:1.25;letter-spacing:.12em}
        h1 [lang=en]{display:block;font-size:13pt;letter-spacing:.02em;font-weight:400}
        header{border-top:3pt double #1f3a5f;border-bottom:.75pt solid #1f3a5f;padding:3.5mm 0 2.5mm;display:flex;gap:6mm;align-items:flex-start}
        header>div{flex:1}
        header svg{width:34mm;height:34mm;flex:none;stroke:#000;stroke-width:1.02;shape-rendering:crispEdges}
        .copy{color:#1f3a5f;margin:.5mm 0 1.5mm}
        h2{font-size:11.5pt;color:#1f3a5f;margin:2.6mm 0 .8mm;padding-bottom:.5mm;border-bottom:.5pt solid #b9c2cf;break-after:avoid}
        h2 [lang=en]{font-size:10pt;font-weight:400}
        h2 .source{float:right;font-size:8pt;line-height:2;font-weight:400;color:#555}
        [lang=en]{font-family:Arial,"Liberation Sans","DejaVu Sans",sans-serif}
        h1 [lang=en],h2 [lang=en]{font-family:Georgia,"Liberation Serif","DejaVu Serif",serif}
        td>[lang],td>.good>[lang],td>.bad>[lang],td>.open>[lang]{display:block}
        [lang=en]{font-size:.92em}
        h2 .source [lang=en]{font:inherit}
        .two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:5mm;margin:.7mm 0;break-inside:avoid}
        .two p{margin:0;overflow-wrap:anywhere}
        ul{list-style:none;margin:0;padding:0}
        ul.points>li{border-bottom:.25pt solid #e3e3e0;padding:.35mm 0 .35mm 4mm;position:relative}
        ul.points>li:before{content:"·";position:absolute;left:1mm}
        ul.points .two{margin:0}
        table{border-collapse:collapse;width:100%;table-layout:fixed;margin:.5mm 0;font-size:.92em;line-height:1.32}
        th,td{text-align:left;vertical-align:top;padding:.5mm 1.2mm;border-bottom:.25pt solid #d5d5d0;font-weight:400;overflow-wrap:anywhere}
        tr{break-inside:avoid}
        thead{display:table-header-group}
        thead th{border-bottom:.75pt solid #1f3a5f;color:#333}
        table.fields{font-size:.97em}
        table.fields th{width:31%;color:#444}
        header table.fields th{width:28%}
        td div{min-height:1em}
        code,pre{font-family:"DejaVu Sans Mono",Consolas,Menlo,"Droid Sans Fallback",monospace;font-size:.84em}
        code{overflow-wrap:anywhere}
        bdi{overflow-wrap:anywhere}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f6f3;border-left:1.5pt solid #b9c2cf;margin:1mm 0;padding:1.5mm 2mm;line-height:1.4}
        pre.expected{border-left-color:#7c9a7c;background:#fbfbf9}
        .good{color:#1c5d2b;font-weight:600}
        .bad{color:#9b1c1c;font-weight:600}
        .open{color:#6b5a00;font-weight:600}
        .banner{border:.75pt solid #777;border-left:4pt solid #777;padding:1.5mm 4mm;margin:2.5mm 0}
        .banner.good{border-color:#1c5d2b}
        .banner.bad{border-color:#9b1c1c}
        .banner.open{border-color:#8a7500}
        .banner .word{font-size:14pt;margin:0}
        .banner .two{color:#1a1a1a;font-weight:400}
        .label{margin:2.5mm 0 0;color:#444;break-after:avoid}
        .label [lang]{margin-right:1em}
        footer{margin-top:4mm;border-top:.5pt solid #b9c2cf;padding-top:1.5mm;font-size:8.5pt;color:#444}
        @media print{html{background:none}body{margin:0;padding:0;max-width:none}.page{break-before:page}h2.first{margin-top:0}}
        """;
}
