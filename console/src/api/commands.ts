/** A text of the API as its plain parts and the commands that it names between backquotes, in their order. */
export const partsOf = (text: string): { text: string; isCommand: boolean }[] =>
  text
    .split(/`(headgate [^`]+)`/)
    .map((part, place) => ({ text: part, isCommand: place % 2 === 1 }))
    .filter((part) => part.text)

/** What a page has instead of a command: the page that shows or does the same, or a run that is started. */
export type Deed = { href: string; words: string } | { only: string; isFull?: boolean }

const path = encodeURIComponent
const unquoted = (text: string): string => /^(['"])([^]*)\1$/.exec(text)?.[2] ?? text
const WORK = { href: '#/work/files', words: 'the page Rows to fix' }

/** The page of the newest file with a key. */
export const pageOfKey = (key: string): string => `#/files?key=${path(key)}`

const RUNS = { href: '#/runs', words: 'the page of the run' }
const FILE = { href: '#/upload', words: 'the page Upload' }

const PAGES: [RegExp, (argument: string) => Deed][] = [
  [/^run$/, () => ({ only: '' })],
  [/^run --full$/, () => ({ only: '', isFull: true })],
  // In capitals a command names no system, but says where one stands.
  [/^run --only (\S+)$/, (system) => (system === system.toUpperCase() ? RUNS : { only: system })],
  [/^logs\b/, () => ({ href: '#/runs', words: 'the log on the page of the run' })],
  [/^runs show (\S+)$/, (run) => ({ href: `#/runs/${path(run)}`, words: 'the page of the run' })],
  [/^files(?: show)?$/, () => ({ href: '#/lake', words: 'the page Lake' })],
  [/^files show (.+)$/, (key) => ({ href: pageOfKey(key), words: 'its page' })],
  [/^files revert (\S+)$/, (id) => ({ href: `#/files/${path(id)}`, words: 'the page of the file' })],
  [/^(?:quarantine (?:replay|list)|mapping)\b/, () => WORK],
  [/^contract init --raw (.+)$/, (key) => ({ href: pageOfKey(key), words: 'the page of the file' })],
  [/^(?:upload|contract init)\b/, () => FILE],
  [/^files --json$/, () => ({ href: '#/lake', words: 'the page Lake' })],
  [
    /^datasets restore (\S+)$/,
    (name) => ({ href: `#/datasets/${path(name)}`, words: 'the page of the dataset' }),
  ],
  [/^lineage (\S+)$/, (name) => ({ href: `#/datasets/${path(name)}`, words: `the page of ${name}` })],
  [/^(lineage|contract list)$/, () => ({ href: '#/catalog', words: 'the page Catalog' })],
  [/^query$/, () => ({ href: '#/query', words: 'the page Query' })],
  [/^query (.+)$/, (sql) => ({ href: `#/query?sql=${path(sql)}`, words: 'this query' })],
]

/**
 * The commands of the person who deploys the lake: they change code, keys, logins and files of the lake
 * project, and erase people.
 */
const FOR_DEPLOYERS =
  /^(?:contract docs|dbt|deploy|export|forget|init|keys|models init|onboard|push|serve|systems|tables|users)\b/

/** Whether a command is for the person who deploys the lake; no page replaces it. */
export const isForDeployers = (command: string): boolean =>
  FOR_DEPLOYERS.test(command.replace(/^headgate /, ''))

/** What replaces a command on a page; undefined for one that only a person who deploys the lake needs. */
export function deedOf(command: string): Deed | undefined {
  const rest = command.replace(/^headgate /, '')
  for (const [form, deed] of PAGES) {
    const match = form.exec(rest)
    if (match) return deed(unquoted(match[1] ?? ''))
  }
  return undefined
}

/** Routes and commands in messages of the API, in words for a person who has neither. */
const IN_WORDS: [RegExp, string][] = [
  [/Start again without `cursor`\./g, 'Reload the page.'],
  [/to run `headgate files revert [^`]+`/g, 'to undo it'],
  [/to run `headgate quarantine replay [^`]+`/g, 'to take the undo back'],
  [/through `headgate upload` and `headgate run`/g, 'through uploads and runs'],
  [/`headgate run` builds/g, 'A run builds'],
  [/Try it with `headgate query`\./g, 'Try it on the page Query.'],
  [/`headgate files --json` lists the ids of all files\./g, 'The page Lake lists all files.'],
  [/start a run with POST \/v1\/runs/g, 'start a run'],
  [/POST \/v1\/runs starts one/g, 'Start one on the page Runs'],
  [/POST \/v1\/runs builds/g, 'A run builds'],
]

/** A message of the API without its routes and commands: they are for programs and for those who deploy the lake. */
export function withoutRoutes(text: string): string {
  const worded = IN_WORDS.reduce((before, [route, words]) => before.replace(route, words), text)
  const sentences = worded.split(/(?<=[.;]) +/)
  return sentences.filter((sentence) => !sentence.includes('/v1/')).join(' ')
}

const REPLAY = /^`headgate quarantine replay [^`]+` accepts it again, while .+$/

const REMOVAL = /^take the removal back: (`headgate datasets restore [^`]+`)/

/** What to do about an undone file, on its own page: the undo is taken back there. */
export const withWayBack = (remedy: string): string =>
  remedy
    .replace(
      REPLAY,
      'Its sender or an operator can take the undo back here, as long as the lake keeps what was sent',
    )
    .replace(REMOVAL, 'Take the removal back on $1')
