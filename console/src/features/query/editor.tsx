import { closeCompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { sql as sqlLanguage, StandardSQL } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useComputedColorScheme } from '@mantine/core'
import { basicSetup } from 'codemirror'
import { useEffect, useRef } from 'react'

import type { Schemas } from '../../api/client'
import { offeredNames } from './completions'

const highlight = (keyword: string, text: string, value: string, comment: string) =>
  HighlightStyle.define([
    { tag: tags.keyword, color: keyword },
    { tag: [tags.string, tags.special(tags.string)], color: text },
    { tag: [tags.number, tags.bool, tags.null], color: value },
    { tag: tags.comment, color: comment },
  ])
const LIGHT = highlight('#0b7285', '#a61e4d', '#1864ab', '#495057')
const DARK = highlight('#3bc9db', '#faa2c1', '#74c0fc', '#ced4da')

interface Props {
  sql: string
  onChange: (sql: string) => void
  onRun: () => void
  tables: Schemas['CatalogTable'][]
  /** A name to write where the cursor is; each new object is written once. */
  inserted?: { text: string } | undefined
}

/** A SQL editor that completes the names of tables and columns. */
export default function Editor({ sql, onChange, onRun, tables, inserted }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef({ onChange, onRun, sql })
  const dark = useComputedColorScheme('light') === 'dark'
  useEffect(() => {
    latest.current = { onChange, onRun, sql }
  })
  useEffect(() => {
    if (!place.current) return undefined
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.sql,
        selection: { anchor: latest.current.sql.length },
        extensions: [
          Prec.highest(
            keymap.of([
              { key: 'Mod-Enter', run: (own) => (closeCompletion(own), latest.current.onRun(), true) },
            ]),
          ),
          basicSetup,
          sqlLanguage({ dialect: StandardSQL, schema: schemaOf(tables), upperCaseKeywords: true }),
          StandardSQL.language.data.of({
            autocomplete: (context: CompletionContext) => completed(context, tables),
          }),
          syntaxHighlighting(dark ? DARK : LIGHT),
          EditorView.lineWrapping,
          EditorView.theme(
            {
              '&': { fontSize: '0.875rem', minHeight: '8rem' },
              '.cm-scroller': { maxHeight: 'var(--editor-height, 40vh)' },
            },
            { dark },
          ),
          EditorView.contentAttributes.of({ 'aria-label': 'SQL statement' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [tables, dark])
  useEffect(() => {
    const editor = view.current
    if (editor && editor.state.doc.toString() !== sql) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: sql } })
    }
  }, [sql])
  useEffect(() => {
    const editor = view.current
    if (!editor || !inserted) return
    editor.dispatch(editor.state.replaceSelection(`${inserted.text} `))
    editor.focus()
  }, [inserted])
  return <div ref={place} className="panel" />
}

/** The offered names for the word that is written; a word behind the alias of a table is the language's own. */
function completed(context: CompletionContext, tables: Schemas['CatalogTable'][]): CompletionResult | null {
  const word = context.matchBefore(/[\w.]+/)
  if (!word && !context.explicit) return null
  const sql = context.state.doc.toString()
  const options = offeredNames(sql.slice(0, context.pos), sql, tables)
  const from = word?.from ?? context.pos
  const isQualified = word?.text.includes('.') && options[0]?.type !== 'class'
  return isQualified ? null : { from, options, validFor: /^[\w.]*$/ }
}

function schemaOf(tables: Schemas['CatalogTable'][]): Record<string, string[]> {
  return Object.fromEntries(
    tables.flatMap((table) => {
      const columns = table.columns.map((column) => column.name)
      return [
        [table.name, columns],
        [`${table.database}.${table.name}`, columns],
      ]
    }),
  )
}
