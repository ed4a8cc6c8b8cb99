import { bytes, usd } from '../../api/format'

/** The least that Athena bills a statement for, so the bytes of a smaller one change nothing. */
const MIN_BILLED_BYTES = 10 * 1024 ** 2

export const isBilledBySize = (scanned: number): boolean => scanned >= MIN_BILLED_BYTES

/** What a statement cost, with its bytes where they decide about the cost. */
export const scanWords = (query: { scanned_bytes: number; cost_usd: string }): string =>
  isBilledBySize(query.scanned_bytes)
    ? `${bytes(query.scanned_bytes)} scanned for ${usd(query.cost_usd)}`
    : `for ${usd(query.cost_usd)}`
