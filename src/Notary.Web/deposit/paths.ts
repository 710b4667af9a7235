import { Limits } from "../core/limits.ts";
import { escape, pathProblem } from "../core/rules.ts";
import { sentence, type Sentence } from "../verification/report.ts";

const ending = ".evidence.zip";
const longestFileName = 255;

/** Every file that a deposit cannot take under its name, and names that stand twice: told before anything is hashed. */
export function* pathProblems(paths: readonly string[]): Generator<Sentence> {
    const seen = new Set<string>();
    for (const path of paths) {
        const problem = seen.has(path) ? "is given twice" : pathProblem(path) ?? unreadable(path);
        seen.add(path);
        if (problem !== null)
            yield sentence(`'${escape(path)}' ${problem}.`, `“${escape(path)}”${inChinese(problem)}。`);
    }
    if (paths.length > Limits.items)
        yield sentence(`A deposit has at most ${Limits.items} files; these are ${paths.length}. Split them.`, `一次存证至多 ${Limits.items} 个文件，现有 ${paths.length} 个。请分次存证。`);
}

// A browser shows bytes that are not UTF-8 as this character, and does not tell them from the character itself.
const unreadable = (path: string): string | null => path.includes("\ufffd") ? "has a name that may not be UTF-8" : null;

/** What is wrong with a value by the rules of texts, in Chinese; the English clause comes from the parser. */
export function inChinese(problem: string): string {
    for (const [pattern, chinese] of clauses) {
        const found = pattern.exec(problem);
        if (found !== null)
            return chinese.replace("$1", found[1] ?? "").replace("$2", found[2] ?? "");
    }
    return `不符合要求（${problem}）`;
}

const clauses: readonly (readonly [RegExp, string])[] = [
    [/^is given twice$/, "出现了两次"],
    [/^is empty$/, "为空"],
    [/^begins or ends with a space$/, "以空格开头或结尾"],
    [/^has a name that begins or ends with a space$/, "中有以空格开头或结尾的名称"],
    [/^holds the forbidden character (\S+)$/, "含有禁用字符 $1"],
    [/^holds the direction mark (\S+)$/, "含有改变文字方向的字符 $1"],
    [/^holds an unpaired surrogate$/, "含有不完整的字符"],
    [/^holds a backslash$/, "含有反斜杠"],
    [/^has (\d+) bytes \(limit (\d+)\)$/, "有 $1 字节（上限 $2）"],
    [/^has (\d+) characters \(limit (\d+)\)$/, "有 $1 个字符（上限 $2）"],
    [/^has an empty, '\.' or '\.\.' segment$/, "中有空的、“.”或“..”一级"],
    [/^has a name that may not be UTF-8$/, "的名称可能不是 UTF-8 编码"],
];

/** The evidence's name for what is deposited, as the command line gives it: by the one thing given, else by the deposit's uuid. */
export function evidenceNameOf(roots: readonly { readonly name: string }[], deposit: string): string {
    const name = roots.length === 1 ? roots[0]!.name + ending : "";
    return name !== "" && pathProblem(name) === null && new TextEncoder().encode(name).length <= longestFileName ? name : `deposit-${deposit}${ending}`;
}
