import { type Workbook, type WorkbookOrder, type WorkbookReport, writeWorkbook } from './workbook-writer'

const report = (message: WorkbookReport) => self.postMessage(message)
let workbook: Workbook | undefined

self.onmessage = ({ data }: MessageEvent<WorkbookOrder>) => {
  if (data.kind === 'sheet') workbook = { sheet: data.sheet, notes: data.notes, rows: [], links: [] }
  else if (data.kind === 'rows') {
    for (const row of data.rows) workbook?.rows.push(row)
    for (const link of data.links) workbook?.links.push(link)
  } else if (workbook) void write(workbook)
}

async function write(complete: Workbook): Promise<void> {
  try {
    report({ kind: 'file', file: await writeWorkbook(complete, (rows) => report({ kind: 'rows', rows })) })
  } catch (error) {
    report({ kind: 'failure', message: error instanceof Error ? error.message : String(error) })
  }
}
