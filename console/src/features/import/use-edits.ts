import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import type { Schemas } from '../../api/client'
import type { Checked } from '../upload/transfer'
import { checkEdits } from './check-edits'
import {
  asRequest,
  begun,
  changed,
  type Edits,
  type History,
  NO_EDITS,
  ofAnswer,
  redone,
  undone,
} from './edits'
import { openOrders, withoutOpenOrders } from './date-orders'
import { keepEdits, keptEdits } from './kept-edits'
import type { RowKinds } from './other-rows'
import { missingFields, settled } from './suggested-fields'

/** How long a person has to pause before the file is checked again. */
const PAUSE_MS = 400

/** The edits that a check ran with, or those that a person would make first: the fields that are certain. */
function edited({ edits, mapping, dataset, outcome }: Schemas['DryRun']): Edits {
  const own = edits ? ofAnswer(edits) : NO_EDITS
  const isKnown = outcome !== 'profiled' && Boolean(mapping)
  const sure = (mapping?.columns ?? []).filter((one) => one.is_confident)
  const columns = Object.keys(own.columns).length
    ? own.columns
    : Object.fromEntries(sure.map((one) => [one.column, one.field]))
  return { ...own, columns, dataset: own.dataset || (isKnown ? (mapping?.dataset ?? dataset) : '') }
}

const rememberedBy = (result: Schemas['DryRun']): Edits | undefined =>
  result.is_remembered ? edited(result) : undefined

/** The rows of a file that are no data. */
export const otherRows = ({ grid }: Schemas['DryRun']): RowKinds => ({
  description_rows: grid?.description_rows ?? [],
  totals: grid?.totals ?? [],
  footer_rows: grid?.footer_rows ?? [],
})

/** The edits of a dataset's file without rows that are no data, unless a person left out rows before. */
export function withoutOtherRows(edits: Edits, result: Schemas['DryRun']): Edits {
  const rows = Object.values(otherRows(result)).flat()
  return edits.dataset && rows.length > 0 && edits.left_out.length === 0
    ? { ...edits, left_out: rows }
    : edits
}

/** Whether the gate has to check a file first that was not mapped, and of which every field is known by name. */
const isOnlyUnchecked = (result: Schemas['DryRun'], edits: Edits): boolean =>
  result.outcome === 'needs_mapping' &&
  settled(edits, result) !== edits &&
  missingFields(result, edits).length === 0

/** Whether columns of dates were checked, or would be, in an order that nobody has decided. */
const asksOrder = (result: Schemas['DryRun'], edits: Edits): boolean =>
  openOrders(result, edits).some(({ isMapped }) => isMapped)

/** Whether edits read the file in another way: its rows and the names of its columns are others then. */
const isReadOtherwise = (before: Edits, next: Edits): boolean =>
  before.part !== next.part || before.encoding !== next.encoding || before.header_row !== next.header_row

/** Whether a check is of the dataset, part, encoding and header that are chosen: that before says nothing of them. */
export const isOfChoice = ({ mapping, part, edits: checked }: Schemas['DryRun'], edits: Edits): boolean =>
  (!mapping || !edits.dataset || mapping.dataset === edits.dataset) &&
  !isReadOtherwise({ ...(checked ? ofAnswer(checked) : NO_EDITS), part: edits.part && part }, edits)

/** Whether edits only choose another part: its dataset is decided by its columns, unless a person decides it. */
export const onlyChoosesPart = (before: Edits, next: Edits): boolean =>
  isReadOtherwise(before, next) && next.dataset === '' && columnsOf(next) === 0

/** Whether the columns of a chosen part say of which dataset it is. */
const hasDatasetOfPart = ({ mapping, is_remembered }: Schemas['DryRun']): boolean =>
  Boolean(mapping) && !is_remembered

/** The edits after a check: those that are remembered, or the dataset and fields of a part that its columns show. */
export const answeredEdits = (edits: Edits, isPartAlone: boolean, result: Schemas['DryRun']): Edits =>
  result.is_remembered || (isPartAlone && hasDatasetOfPart(result)) ? edited(result) : edits

const columnsOf = ({ columns }: Edits): number => Object.keys(columns).length

interface Import {
  check: Checked
  edits: Edits
  /** Whether the newest check is one of the edits as they are now. */
  isCurrent: boolean
  checkedAt: number
  /** The decisions that are remembered for files with these columns, also once a person changes them. */
  remembered: Edits | undefined
  error: unknown
  change: (next: Edits) => void
  /** Replace the edits and forget the way to them, except to the choice of another header. */
  restart: (next: Edits) => void
  /** Check again after a failure. */
  retry: () => void
  undo: (() => void) | undefined
  redo: (() => void) | undefined
}

/** The edits of the newest check that has ended, and every request about them that the gate has answered. */
interface Answered {
  edits: Edits | undefined
  requests: string[]
}

const NOTHING_ANSWERED: Answered = { edits: undefined, requests: [] }

/** The edits as the gate is asked to check them: as a person left them, and without what is not decided. */
const asked = (edits: Edits, result: Schemas['DryRun']): Edits =>
  withoutOpenOrders(settled(edits, result, true), result)

const requestOf = (edits: Edits, result: Schemas['DryRun']): string =>
  JSON.stringify(asRequest(asked(edits, result)))

/** What the check of the sent file has answered: nothing, if the gate has to check the rows in another way. */
const firstAnswered = (edits: Edits, first: Schemas['DryRun']): Answered =>
  isOnlyUnchecked(first, edits) || edits.left_out.length > 0 || asksOrder(first, edits)
    ? NOTHING_ANSWERED
    : { edits, requests: [requestOf(edits, first)] }

/**
 * A person's edits of an upload: each change is checked by the gate, and kept over a reload.
 *
 * What the gate is asked depends on the edits and on its newest answer. Until it has answered that request, its check
 * is planned, runs, or has failed; a failed one is asked again by the next change or by `retry`.
 */
export function useEdits(uploadId: string, first: Checked): Import {
  const [history, setHistory] = useState<History>(() =>
    begun(withoutOtherRows(edited(first.result), first.result)),
  )
  const [check, setCheck] = useState(first)
  const [checkedAt, setCheckedAt] = useState(() => Date.now())
  const [answered, setAnswered] = useState(() => firstAnswered(history.now, first.result))
  const [isChecking, setChecking] = useState(false)
  const [remembered, setRemembered] = useState(() => rememberedBy(first.result))
  const [failed, setFailed] = useState<{ edits: Edits; error: unknown }>()
  const control = useRef<AbortController>(undefined)
  const before = useRef(history.now)
  // Exactly the edits by which a person chose a part: whatever is typed or chosen after it is a decision.
  const ofPart = useRef<Edits>(undefined)
  const edits = history.now
  const request = useMemo(() => requestOf(edits, check.result), [edits, check.result])
  const error = failed?.edits === edits ? failed.error : undefined
  const isAnswered = answered.edits === edits && answered.requests.includes(request)

  const run = useCallback(
    async (edits: Edits, sent: Edits) => {
      control.current?.abort()
      const own = new AbortController()
      control.current = own
      setChecking(true)
      try {
        const answer = await checkEdits(uploadId, sent, own.signal)
        const { result } = answer
        // The choice of a sheet alone gets the decisions that are remembered for its header.
        const isPartAlone = ofPart.current === edits
        const fresh = answeredEdits(edits, isPartAlone, result)
        if (result.is_remembered) setRemembered(fresh)
        const isOther = before.current.dataset !== edits.dataset || isReadOtherwise(before.current, edits)
        const now = isOther ? withoutOtherRows(fresh, result) : fresh
        if (isOther && !result.is_remembered) setRemembered(undefined)
        before.current = now
        setCheck(answer)
        const answeredRequest = result.is_remembered
          ? requestOf(fresh, result)
          : JSON.stringify(asRequest(sent))
        // An answer may change the request: that is asked next, but none a second time.
        setAnswered((past) => ({
          edits: now,
          requests: [...(past.edits === now ? past.requests : []), answeredRequest],
        }))
        // What was typed while the check ran stays, and is checked next.
        if (now !== edits) setHistory((past) => (past.now === edits ? { ...past, now } : past))
        setCheckedAt(Date.now())
        if (isPartAlone) void keepEdits(uploadId, now)
      } catch (failure) {
        if (own.signal.aborted) return
        setAnswered(NOTHING_ANSWERED)
        setFailed({ edits, error: failure })
      }
      if (control.current === own) setChecking(false)
    },
    [uploadId],
  )

  useEffect(() => {
    let isOpen = true
    void keptEdits(uploadId).then((typed) => isOpen && typed && setHistory(begun(typed)))
    return () => {
      isOpen = false
      control.current?.abort()
    }
  }, [uploadId])

  useEffect(() => {
    // A part without decisions is kept once its check has ended, as a reload takes kept edits for a person's choice.
    if (!isAnswered && ofPart.current !== edits) void keepEdits(uploadId, edits)
  }, [edits, isAnswered, uploadId])

  useEffect(() => {
    if (isAnswered || error) return
    const timer = setTimeout(() => void run(edits, asked(edits, check.result)), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [edits, check.result, answered, isAnswered, error, run])

  const change = useCallback((next: Edits) => setHistory((past) => changed(past, next)), [])
  const restart = useCallback(
    (next: Edits) => {
      if (onlyChoosesPart(edits, next)) ofPart.current = next
      const isUndone = next.header_row !== edits.header_row
      setHistory((past) => (isUndone ? changed(past, next) : begun(next)))
    },
    [edits],
  )
  return {
    check,
    edits,
    isCurrent: isAnswered && !isChecking && !error,
    checkedAt,
    remembered,
    error,
    change,
    restart,
    retry: useCallback(() => setFailed(undefined), []),
    undo: history.past.length > 0 ? () => setHistory(undone) : undefined,
    redo: history.future.length > 0 ? () => setHistory(redone) : undefined,
  }
}
