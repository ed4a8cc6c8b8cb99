import { read, type Schemas } from '../../api/client'
import { checked, type Checked } from '../upload/transfer'
import { asRequest, type Edits } from './edits'

/** Keep the edits with the upload, and let the gate check the whole file again with them. */
export async function checkEdits(uploadId: string, edits: Edits, signal: AbortSignal): Promise<Checked> {
  const path = `/v1/uploads/${encodeURIComponent(uploadId)}`
  const body = asRequest(edits)
  await read<Schemas['DryRun']>(`${path}/edits`, { method: 'PUT', body, signal })
  return checked(path, signal)
}
