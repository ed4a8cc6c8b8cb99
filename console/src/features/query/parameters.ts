import { readDay } from '../../formats/moments'
import { plainNumber } from '../../formats/typed-number'
import { partsOf } from './statement-text'

export const TYPES = ['text', 'number', 'date'] as const
export type ParameterType = (typeof TYPES)[number]

/** A parameter of a statement, `:name` in it; one without a default needs a value. */
export interface Parameter {
  name: string
  type: ParameterType
  initial?: string | undefined
}

/** Values of parameters by name. */
export type Values = Readonly<Record<string, string>>

/** The comment that declares type and default of a parameter, as headgate/query/declared_parameters.py reads it. */
const DECLARATION = /^[ \t]*--[ \t]*:(\w+)[ \t]+(\w+)[ \t]*(?:=[ \t]*(.*?))?[ \t]*$\n?/gm

const isType = (text: string): text is ParameterType => TYPES.some((type) => type === text)

/**
 * The parameters of a statement in their order in it.
 *
 * @example parametersOf('SELECT :a\n-- :a number = 5') // [{ name: 'a', type: 'number', initial: '5' }]
 */
export function parametersOf(sql: string): Parameter[] {
  const declared = new Map(
    [...sql.matchAll(DECLARATION)].map(([, name = '', type = '', initial]) => [name, { type, initial }]),
  )
  const parts = partsOf(sql)
  const names = parts.flatMap(({ kind, text }, at) =>
    kind === 'word' && parts[at - 1]?.text === ':' && parts[at - 2]?.text !== ':' ? [text] : [],
  )
  return [...new Set(names)].map((name) => {
    const { type = 'text', initial } = declared.get(name) ?? {}
    return {
      name,
      type: isType(type.toLowerCase()) ? (type.toLowerCase() as ParameterType) : 'text',
      initial,
    }
  })
}

/** A statement without the lines that declare its parameters. */
export const withoutDeclarations = (sql: string): string => sql.replace(DECLARATION, '').trim()

/** A statement whose last lines declare these parameters; the filters of a dashboard put their own lines before the first. */
export function declaring(sql: string, parameters: Parameter[]): string {
  if (parameters.length === 0) return sql
  const lines = parameters.map(
    ({ name, type, initial }) => `-- :${name} ${type}${initial === undefined ? '' : ` = ${initial}`}`,
  )
  return [withoutDeclarations(sql), ...lines].join('\n')
}

/** A value as the API reads it: a number that a person typed as `1,5` has a point. */
export const plainValue = ({ type }: Pick<Parameter, 'type'>, value: string): string =>
  (type === 'number' && plainNumber(value)) || value

/** A statement with values as the defaults of its parameters, as a saved question and a mail keep it. */
export const withDefaults = (sql: string, values: Values): string =>
  declaring(
    sql,
    parametersOf(sql).map((each) => {
      const value = values[each.name]
      return value === undefined ? each : { ...each, initial: plainValue(each, value) }
    }),
  )

/** The values with which a statement is asked: those that were typed, else the defaults. */
export const valuesOf = (parameters: Parameter[], typed: Values): Record<string, string> =>
  Object.fromEntries(
    parameters.flatMap((each) => {
      const value = typed[each.name] ?? each.initial
      return value === undefined ? [] : [[each.name, plainValue(each, value)]]
    }),
  )

/** Why a value cannot be asked with; empty for one that can. A text may be empty. */
export function mistakeOf({ type }: Parameter, value: string | undefined): string {
  if (value === undefined) return 'It needs a value.'
  if (type === 'number' && !plainNumber(value)) return 'Write a number such as 12.5.'
  return type === 'date' && readDay(value) !== value ? 'Choose a day such as 2026-01-31.' : ''
}

/** The parameters of an address that have values, such as `p.country=Norway`. */
const PREFIX = 'p.'

/** The name of a parameter in an address and among the filters of a mail. */
export const addressName = (name: string): string => `${PREFIX}${name}`

export const valuesIn = (search: URLSearchParams): Values =>
  Object.fromEntries(
    [...search].flatMap(([name, value]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value]] : [],
    ),
  )

/** Adds values to an address. */
export function addValues(search: URLSearchParams, values: Values = {}): void {
  for (const [name, value] of Object.entries(values)) search.set(addressName(name), value)
}
