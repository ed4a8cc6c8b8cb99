import { useCallback, useEffect, useRef, useState } from 'react'

import type { Schemas } from '../../api/client'
import type { Checked } from '../upload/transfer'
import { checkEdits } from './check-edits'
import { begun, changed, type Edits, type History, NO_EDITS, ofAnswer, redone, undone } from './edits'
import { openOrders, withoutOpenOrders } from './date-orders'
import { keepEdits, keptEdits } from './kept-edits'
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
export const otherRows = ({ grid }: Schemas['DryRun']): number[] => [
  ...(grid?.description_rows ?? []),
  ...(grid?.totals ?? []),
  ...(grid?.footer_rows ?? []),
]

/** The edits of a dataset's file without rows that are no data, unless a person left out rows before. */
export function withoutOtherRows(edits: Edits, result: Schemas['DryRun']): Edits {
  const rows = otherRows(result)
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

/** Whether edits only choose another part: its dataset is decided by its columns, unless a person decides it. */
export const onlyChoosesPart = (before: Edits, next: Edits): boolean =>
  (before.part !== next.part || before.encoding !== next.encoding) &&
  next.dataset === '' &&
  columnsOf(next) === 0

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
  isChecking: boolean
  checkedAt: number
  /** The decisions that are remembered for files with this header, also once a person changes them. */
  remembered: Edits | undefined
  error: unknown
  change: (next: Edits) => void
  /** Replace the edits and forget the way to them. */
  restart: (next: Edits) => void
  undo: (() => void) | undefined
  redo: (() => void) | undefined
}

/** A person's edits of an upload: each change is checked by the gate, and kept over a reload. */
export function useEdits(uploadId: string, first: Checked): Import {
  const [history, setHistory] = useState<History>(() =>
    begun(withoutOtherRows(edited(first.result), first.result)),
  )
  const [check, setCheck] = useState(first)
  const [checkedAt, setCheckedAt] = useState(() => Date.now())
  const [checkedEdits, setCheckedEdits] = useState<Edits | undefined>(() =>
    isOnlyUnchecked(first.result, history.now) ||
    history.now.left_out.length > 0 ||
    asksOrder(first.result, history.now)
      ? undefined
      : history.now,
  )
  const [isChecking, setChecking] = useState(false)
  const [remembered, setRemembered] = useState(() => rememberedBy(first.result))
  const [error, setError] = useState<unknown>()
  const control = useRef<AbortController>(undefined)
  const newest = useRef(first.result)
  const before = useRef(history.now)
  // Exactly the edits by which a person chose a part: whatever is typed or chosen after it is a decision.
  const ofPart = useRef<Edits>(undefined)

  const run = useCallback(
    async (edits: Edits) => {
      control.current?.abort()
      const own = new AbortController()
      control.current = own
      setChecking(true)
      try {
        const sent = withoutOpenOrders(settled(edits, newest.current), newest.current)
        const answer = await checkEdits(uploadId, sent, own.signal)
        newest.current = answer.result
        // The choice of a sheet alone gets the decisions that are remembered for its header.
        const isPartAlone = ofPart.current === edits
        const isOfPart = isPartAlone && hasDatasetOfPart(answer.result)
        const fresh = answeredEdits(edits, isPartAlone, answer.result)
        if (answer.result.is_remembered) setRemembered(fresh)
        const isOther = before.current.dataset !== edits.dataset || before.current.part !== edits.part
        const now = isOther ? withoutOtherRows(fresh, answer.result) : fresh
        if (isOther && !answer.result.is_remembered) setRemembered(undefined)
        before.current = now
        setCheck(answer)
        // Which fields a dataset needs may be unknown before its first check.
        const isWhole =
          now === fresh &&
          !isOfPart &&
          (now !== edits || columnsOf(settled(now, answer.result)) === columnsOf(sent))
        setCheckedEdits(isWhole ? now : undefined)
        // What was typed while the check ran stays, and is checked next.
        if (now !== edits) setHistory((past) => (past.now === edits ? begun(now) : past))
        setCheckedAt(Date.now())
        if (isPartAlone) void keepEdits(uploadId, now)
        setError(undefined)
      } catch (failure) {
        if (own.signal.aborted) return
        setError(failure)
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

  const edits = history.now
  useEffect(() => {
    if (edits === checkedEdits) return
    // A part without decisions is kept once its check has ended, as a reload takes kept edits for a person's choice.
    if (ofPart.current !== edits) void keepEdits(uploadId, edits)
    const timer = setTimeout(() => void run(edits), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [edits, checkedEdits, run, uploadId])

  const change = useCallback((next: Edits) => setHistory((past) => changed(past, next)), [])
  const restart = useCallback(
    (next: Edits) => {
      if (onlyChoosesPart(edits, next)) ofPart.current = next
      setHistory(begun(next))
    },
    [edits],
  )
  return {
    check,
    edits,
    isCurrent: edits === checkedEdits && !isChecking,
    isChecking,
    checkedAt,
    remembered,
    error,
    change,
    restart,
    undo: history.past.length > 0 ? () => setHistory(undone) : undefined,
    redo: history.future.length > 0 ? () => setHistory(redone) : undefined,
  }
}
