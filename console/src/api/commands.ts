/** A text of the API as its plain parts and the commands that it names between backquotes, in their order. */
export const partsOf = (text: string): { text: string; isCommand: boolean }[] =>
  text
    .split(/`(headgate [^`]+)`/)
    .map((part, place) => ({ text: part, isCommand: place % 2 === 1 }))
    .filter((part) => part.text)

/** What a page has instead of a command: the page that shows or does the same, or a run that is started. */
export type Deed = { href: string; words: string } | { only: string }

const path = encodeURIComponent
const unquoted = (text: string): string => /^(['"])([^]*)\1$/.exec(text)?.[2] ?? text
const WORK = { href: '#/work/files', words: 'the page Rows to fix' }

const PAGES: [RegExp, (argument: string) => Deed | undefined][] = [
  [/^run$/, () => ({ only: '' })],
  // In capitals a command names no system, but says where one stands.
  [/^run --only (\S+)$/, (system) => (system === system.toUpperCase() ? undefined : { only: system })],
  [/^runs show (\S+)$/, (run) => ({ href: `#/runs/${path(run)}`, words: `Run ${run}` })],
  [/^files show (.+)$/, (key) => ({ href: `#/lake?name=${path(key)}`, words: 'its page' })],
  [/^files revert (\S+)$/, (id) => ({ href: `#/files/${path(id)}`, words: 'the page of the file' })],
  [/^quarantine (?:replay|list)\b/, () => WORK],
  [/^lineage (\S+)$/, (name) => ({ href: `#/datasets/${path(name)}`, words: `the page of ${name}` })],
  [/^query (.+)$/, (sql) => ({ href: `#/query?sql=${path(sql)}`, words: 'this query' })],
]

/** What replaces a command on a page; undefined for one that only a person who deploys the lake needs. */
export function deedOf(command: string): Deed | undefined {
  const rest = command.replace(/^headgate /, '')
  for (const [form, deed] of PAGES) {
    const match = form.exec(rest)
    if (match) return deed(unquoted(match[1] ?? ''))
  }
  return undefined
}

const RUNS: [RegExp, string][] = [
  [/start a run with POST \/v1\/runs/g, 'start a run'],
  [/POST \/v1\/runs starts one/g, 'Start one on the page Lake'],
  [/POST \/v1\/runs builds/g, 'A run builds'],
]

/** A text of the API without the sentences that name its routes: they are for programs. */
export function withoutRoutes(text: string): string {
  const worded = RUNS.reduce((before, [route, words]) => before.replace(route, words), text)
  const sentences = worded.split(/(?<=[.;]) +/)
  return sentences.filter((sentence) => !sentence.includes('/v1/')).join(' ')
}
