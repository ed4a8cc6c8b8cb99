import { expect, test } from 'vitest'

import { deedOf, isForDeployers, withoutRoutes } from './commands'

/** Texts of the package that no page shows: of the command line and its programs, and of exports from other systems. */
const NOT_ON_PAGES = /headgate\/(?:cli|client|dbt_project|export|local_files|mcp_server|onboarding)\//
const MODULES = import.meta.glob<string>('../../../headgate/**/*.py', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const SOURCES = import.meta.glob<string>(
  ['../**/*.{ts,tsx}', '!../**/*.test.{ts,tsx}', '!../api/schema.d.ts'],
  { query: '?raw', import: 'default', eager: true },
)

/** The commands that a person can read on a page: in backquotes in a text of the API. Adjacent literals are one text. */
function commandsIn(source: string): string[] {
  const text = source
    .replace(/^\s*"""[^]*?"""/gm, '')
    .replace(/^\s*#.*$| {2}#.*$/gm, '')
    .replace(/['"]\s*\n\s*f?['"]/g, '')
  const shown = withoutRoutes(text.replaceAll('\n', '\u2028')).replaceAll('\u2028', '\n')
  return [...shown.matchAll(/`(headgate [a-z][^`\n]*)`/g)].map((match) => match[1] ?? '')
}

const unanswered = (source: string): string[] =>
  commandsIn(source).filter((command) => !deedOf(command) && !isForDeployers(command))

/** What a source of the console shows of commands; comments are for those who change it. */
const commandsShown = (source: string): string[] =>
  source
    .replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    .match(/\b(?:headgate|terraform) [a-z]+(?=[ `<'"])/g) ?? []

test('a command in a text of the API has a page or a button, or is for the person who deploys the lake', () => {
  const modules = Object.entries(MODULES).filter(([path]) => !NOT_ON_PAGES.test(path))
  expect(modules.length).toBeGreaterThan(300)
  const left = modules.flatMap(([path, source]) => unanswered(source).map((command) => [path, command]))
  expect(left).toEqual([])
})

test('a command that nothing replaces is found', () => {
  expect(unanswered('raise ValueError("Not so. `headgate status` "\n    "shows more.")')).toEqual([
    'headgate status',
  ])
  expect(unanswered('raise ValueError("See `headgate run` or `headgate push`.")')).toEqual([])
})

/** No page starts the console, adds or erases people, or goes back to an earlier table: a page says who does, and how. */
const WITHOUT_A_PAGE = ['headgate forget', 'headgate serve', 'headgate tables', 'headgate users']

test('no page names a command but those that no page replaces', () => {
  const shown = Object.entries(SOURCES).flatMap(([path, source]) =>
    path.endsWith('/commands.ts') ? [] : commandsShown(source),
  )
  expect([...new Set(shown)].sort()).toEqual(WITHOUT_A_PAGE)
  expect(WITHOUT_A_PAGE.filter((command) => deedOf(command) || !isForDeployers(command))).toEqual([])
  expect(commandsShown('<Text>Run <code>headgate status</code></Text> // headgate run')).toEqual([
    'headgate status',
  ])
})
