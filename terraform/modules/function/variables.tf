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

variable "queue_arn" {
  description = "Queue that it works off."
  type        = string
}

variable "queue_arn_by_name" {
  description = "The same, known before the queue exists, so that the function is made meanwhile."
  type        = string
}

variable "batch" {
  description = "Messages of one invocation, and seconds to wait for them."
  type = object({
    size     = number
    window_s = number
  })
}

variable "max_concurrency" {
  description = "Invocations at once."
  type        = number
}

variable "log_retention_days" {
  description = "Days for which its log is kept."
  type        = number
}

variable "role_suffix" {
  description = "End of the role's name: the region, where roles of several regions stand side by side."
  type        = string
  default     = ""
}

variable "account_id" {
  description = "Account whose services may assume its role."
  type        = string
}
