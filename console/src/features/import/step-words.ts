import type { Step } from './edits'

/**
 * What a proposed step does.
 *
 * @example stepWords(join, 'Line id') // 'Line id from orderId and items_position'
 * @example stepWords(country, 'Region id') // 'countries in Land as codes'
 */
export function stepWords({ kind, column, into }: Step, title: string): string {
  if (kind === 'join') return `${title} from ${into.join(' and ')}`
  return kind === 'country' ? `countries in ${column} as codes, such as DE` : ''
}
