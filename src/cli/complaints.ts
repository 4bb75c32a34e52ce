/** Shows complaints on a terminal or in a log. */
import { type Complaint, formatComplaint } from '#base/complaint.ts'
import type { Log } from '#base/log.ts'

/** All of them, one after the other, on standard error. */
export function printComplaints(complaints: readonly Complaint[]): void {
  for (const complaint of complaints) process.stderr.write(`${formatComplaint(complaint)}\n`)
}

export function logComplaints(complaints: readonly Complaint[], log: Log): void {
  for (const complaint of complaints) {
    const { severity, file, line, column } = complaint
    const write = severity === 'error' ? log.error.bind(log) : log.warn.bind(log)
    write({ file, line, column }, formatComplaint(complaint))
  }
}

/** `2 errors, 1 warning`. */
export function countComplaints(complaints: readonly Complaint[]): string {
  const errors = complaints.filter(complaint => complaint.severity === 'error').length
  const warnings = complaints.length - errors
  const parts = [plural(errors, 'error'), plural(warnings, 'warning')]
  return parts.filter(part => part !== '').join(', ') || 'no complaints'
}

function plural(count: number, word: string): string {
  if (count === 0) return ''
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
