import type { Step } from './edits'

/**
 * What a proposed step does.
 *
 * @example stepWords(join, 'Line id') // 'Line id joined from orderId and items_position, because no column has it'
 * @example stepWords(country, 'Region id') // 'countries in Land as codes, such as DE'
 */
export function stepWords({ kind, column, into }: Step, title: string): string {
  if (kind === 'join' && into.length === 1) return `${title} as in ${into[0] ?? ''}, because no column has it`
  if (kind === 'join') return `${title} joined from ${into.join(' and ')}, because no column has it`
  if (kind === 'repeated_hour')
    return `the hour in ${column} that the end of summer time repeats: by the order of the rows, first summer time, then standard time`
  if (kind === 'apostrophe')
    return `${column} without the apostrophe that the export put before texts such as +44 or =1`
  return kind === 'country' ? `countries in ${column} as codes, such as DE` : ''
}
