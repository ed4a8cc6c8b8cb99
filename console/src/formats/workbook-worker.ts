import { cellsOfRows } from './workbook-cells'
import { type Workbook, type WorkbookOrder, type WorkbookReport, writeWorkbook } from './workbook-writer'

const report = (message: WorkbookReport) => self.postMessage(message)
let workbook: Workbook | undefined

self.onmessage = ({ data }: MessageEvent<WorkbookOrder>) => {
  if (data.kind === 'sheet') workbook = { sheet: data.sheet, notes: data.notes, cells: [], links: [] }
  else if (data.kind === 'rows') {
    if (workbook) take(workbook, data)
  } else if (workbook) void write(workbook)
}

/** Each slice is made into cells as it comes, so that a person sees from the first second on how far it is. */
function take({ sheet, cells, links }: Workbook, slice: Extract<WorkbookOrder, { kind: 'rows' }>): void {
  for (const row of cellsOfRows(sheet, slice.rows, slice.links, cells.length)) cells.push(row)
  for (const link of slice.links) links.push(link)
  report({ kind: 'taken', rows: cells.length })
}

async function write(complete: Workbook): Promise<void> {
  try {
    report({ kind: 'file', file: await writeWorkbook(complete, (rows) => report({ kind: 'rows', rows })) })
  } catch (error) {
    report({ kind: 'failure', message: error instanceof Error ? error.message : String(error) })
  }
}
