variable "name" {
  description = "Name of the function."
  type        = string
}

variable "description" {
  description = "What the function does."
  type        = string
}

variable "code" {
  description = "The object with the zip archive, and the archive's SHA-256 in base64."
  type        = object({ bucket = string, key = string, sha256 = string })
}

variable "memory_mb" {
  description = "Memory."
  type        = number
}

variable "disk_mb" {
  description = "Local disk. Lambda gives from 512 to 10,240 MB."
  type        = number
  default     = 512

  validation {
    condition     = var.disk_mb >= 512 && var.disk_mb <= 10240
    error_message = "disk_mb is from 512 to 10240."
  }
}

variable "timeout_s" {
  description = "Seconds that one invocation may take."
  type        = number
}

variable "layers" {
  description = "ARNs of the layers it carries."
  type        = list(string)
}

variable "environment" {
  description = "Its environment variables."
  type        = map(string)
}

variable "policy_json" {
  description = "What it may do besides reading its queue and writing its log."
  type        = string
}

variable "queue" {
  description = "Queue that it works off, with messages of one invocation, seconds to wait for them, and invocations at once; null where others invoke it. arn_by_name is the ARN that is known before the queue exists, so that the function is made meanwhile."
  type = object({
    arn             = string
    arn_by_name     = string
    batch_size      = number
    window_s        = number
    max_concurrency = number
  })
  default = null
}

variable "log_retention_days" {
  description = "Days for which its log is kept."
  type        = number
}

variable "role_settings" {
  description = "How its role is named and bounded, or which roles are there already, as the module role has it."
  type = object({
    suffix               = optional(string, "")
    permissions_boundary = optional(string)
    existing             = optional(map(string), {})
  })
  default = {}
}

variable "account_id" {
  description = "Account whose services may assume its role."
  type        = string
}
