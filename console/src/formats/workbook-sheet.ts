import { getOrderOfSiblings, insertElementMarkupAccordingToOrderOfSiblings } from 'write-excel-file/utility'

/** Where the markup of a sheet is in a workbook. */
export const SHEET = 'xl/worksheets/sheet{id}.xml'

/** Adds an element to the first sheet, at the place that the standard gives it; without markup the sheet stays as it is. */
export const inFirstSheet = (markup: string) => ({
  transform: (xml: string, _: unknown, { sheetIndex }: { sheetIndex: number }) =>
    sheetIndex > 0 || !markup
      ? xml
      : insertElementMarkupAccordingToOrderOfSiblings(
          xml,
          markup,
          getOrderOfSiblings(SHEET, 'worksheet') ?? [],
          'worksheet',
        ),
})
